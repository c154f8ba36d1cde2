-- tview_verify counts the differences, and writes them away on request.
CREATE SCHEMA verify_repair;
SET search_path = verify_repair, public;
\i test/lib/oracle.sql

SET client_min_messages = warning;
CREATE TABLE fact (id int PRIMARY KEY, v numeric);
INSERT INTO fact SELECT g, g FROM generate_series(1, 10) AS g;
CREATE TVIEW tv_fact AS SELECT id, v FROM fact;
CREATE TVIEW tv_top AS SELECT max(v) AS top FROM tv_fact;
CREATE TVIEW tv_later WITH (refresh = deferred) AS SELECT id, v FROM fact;
SELECT * FROM tview_verify('tv_fact');

-- Damage that only a superuser can do.
SET session_replication_role = replica;
DELETE FROM tv_fact WHERE id = 1;
UPDATE tv_fact SET v = 33 WHERE id = 3;
UPDATE tv_fact SET v = 4.0 WHERE id = 4; -- equal
INSERT INTO tv_fact VALUES (99, 99);
RESET session_replication_role;
SELECT * FROM tview_verify('tv_fact');
SELECT * FROM tview_verify(tview => 'tv_fact', repair => false);
SELECT * FROM tview_verify('tv_fact', repair => true);
SELECT * FROM tview_verify('tv_fact');
TABLE tv_top;
SELECT * FROM pg_temp.oracle();

-- What is not flushed yet is a difference.
BEGIN;
UPDATE fact SET v = v + 1 WHERE id < 4;
SELECT * FROM tview_verify('tv_later');
SELECT tview_flush();
SELECT * FROM tview_verify('tv_later');
COMMIT;
SELECT * FROM pg_temp.oracle();

-- Who may: whoever may read; the owner to repair.
CREATE ROLE verify_repair_reader;
GRANT USAGE ON SCHEMA verify_repair TO verify_repair_reader;
SET ROLE verify_repair_reader;
SELECT * FROM tview_verify('tv_fact');
RESET ROLE;
GRANT SELECT ON tv_fact TO verify_repair_reader;
SET ROLE verify_repair_reader;
SELECT * FROM tview_verify('tv_fact');
SELECT * FROM tview_verify('tv_fact', true);
RESET ROLE;
SELECT * FROM tview_verify('fact');
SELECT * FROM tview_verify(NULL);
BEGIN READ ONLY;
SELECT * FROM tview_verify('tv_fact');
SELECT * FROM tview_verify('tv_fact', true);
ROLLBACK;

DROP SCHEMA verify_repair CASCADE;
DROP ROLE verify_repair_reader;
