-- Scenario 100: foreign keys on and to TVIEWs, checked at COMMIT: what maintenance writes obeys them or fails the transaction.
CREATE SCHEMA scenario_deferred_constraints;
SET search_path = scenario_deferred_constraints, public;
\i test/lib/scenario.sql

CREATE TABLE a (id int PRIMARY KEY, k int);
CREATE TABLE ref (k int PRIMARY KEY);
INSERT INTO ref VALUES (1), (2);
INSERT INTO a VALUES (1, 1);
CALL tview('t', 'SELECT id, k FROM a');
ALTER TABLE t_now ADD FOREIGN KEY (k) REFERENCES ref DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE t_later ADD FOREIGN KEY (k) REFERENCES ref DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE t_now ADD UNIQUE (id);
CREATE TABLE child (id int REFERENCES t_now (id) DEFERRABLE INITIALLY DEFERRED);

BEGIN;
INSERT INTO a VALUES (2, 9);
INSERT INTO ref VALUES (9);
COMMIT;
CALL say('obeyed_at_commit', differences('committed', true));
BEGIN;
INSERT INTO a VALUES (3, 7);
COMMIT;
CALL say('violated_at_commit', differences('committed', true));
-- only the deferred TVIEW: what PRE_COMMIT writes must still be checked
ALTER TABLE t_now DROP CONSTRAINT t_now_k_fkey;
BEGIN;
INSERT INTO a VALUES (3, 7);
COMMIT;
CALL say('violated_by_pre_commit', differences('committed', true));
INSERT INTO a VALUES (3, 7);
CALL say('violated_by_pre_commit_of_one_statement', differences('committed', true));
BEGIN;
UPDATE a SET k = 8 WHERE id = 2;
SET CONSTRAINTS ALL IMMEDIATE;
SELECT tview_flush();
ROLLBACK;
CALL say('violated_immediately', differences('committed', true));
DELETE FROM ref WHERE k = 9;
CALL say('referenced_row_stays', differences('committed', true));

BEGIN;
INSERT INTO child VALUES (4);
INSERT INTO a VALUES (4, 1);
COMMIT;
CALL say('referenced_tview_row_comes', differences('committed', true));
BEGIN;
DELETE FROM a WHERE id = 4;
COMMIT;
CALL say('referenced_tview_row_may_not_go', differences('committed', true));
BEGIN;
DELETE FROM a WHERE id = 4;
DELETE FROM child;
COMMIT;
CALL say('both_go', differences('committed', true));
SELECT (SELECT count(*) FROM a) AS a, (SELECT count(*) FROM t_now) AS t_now, (SELECT count(*) FROM t_later) AS t_later;

SET client_min_messages = warning;
DROP SCHEMA scenario_deferred_constraints CASCADE;
