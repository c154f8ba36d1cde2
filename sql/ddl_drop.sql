-- DROP TVIEW in every form takes the view, the catalog rows and the capture triggers nobody needs any more.
CREATE SCHEMA ddl_drop;
SET search_path = ddl_drop, public;
\i test/lib/oracle.sql

CREATE TABLE a (id int PRIMARY KEY, v text);
CREATE TABLE b (id int PRIMARY KEY, a_id int);
CREATE VIEW triggers AS
    SELECT tgrelid::regclass AS source, count(*) FROM pg_trigger
    WHERE tgrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'ddl_drop'::regnamespace) AND tgname ~ 'capture'
    GROUP BY tgrelid ORDER BY 1;
CREATE TVIEW ab AS SELECT a.id, a.v, b.id AS b_id FROM a JOIN b ON b.a_id = a.id;
CREATE TVIEW only_a AS SELECT id FROM a;
SELECT * FROM triggers;

DROP VIEW v_ab;
DROP VIEW v_ab CASCADE;
DROP TVIEW ab;
SELECT * FROM triggers;
DROP TABLE only_a;
SELECT * FROM triggers;
SELECT count(*) FROM tview.tview;
SELECT count(*) FROM tview.dependency;

CREATE TVIEW ab AS SELECT a.id, a.v, b.id AS b_id FROM a JOIN b ON b.a_id = a.id;
CREATE TVIEW above AS SELECT id FROM ab;
DROP TVIEW ab;
DROP TVIEW above, ab;
CREATE TVIEW ab AS SELECT a.id, a.v, b.id AS b_id FROM a JOIN b ON b.a_id = a.id;
CREATE TVIEW above AS SELECT id FROM ab;
SELECT tview_drop('ab');
SELECT tview_drop('ab', cascade => true);
SELECT tview_drop('ab', if_exists => true);
SELECT tview_drop('ab');
DROP TVIEW IF EXISTS ab;
DROP TVIEW ab;
DROP TVIEW a;
DROP TVIEW triggers;
SELECT tview_drop('a');

-- a source goes
CREATE TVIEW ab AS SELECT a.id, a.v, b.id AS b_id FROM a JOIN b ON b.a_id = a.id;
DROP TABLE b;
ALTER TABLE a DROP COLUMN v;
ALTER TABLE a DROP COLUMN v CASCADE;
SELECT to_regclass('ab'), to_regclass('v_ab');
SELECT * FROM triggers;
CREATE TVIEW ab AS SELECT a.id, b.id AS b_id FROM a JOIN b ON b.a_id = a.id;
DROP TABLE b CASCADE;
SELECT to_regclass('ab'), to_regclass('v_ab');
SELECT * FROM triggers;

-- with its schema, with its owner, written in the same transaction
CREATE SCHEMA ddl_drop_other;
CREATE TVIEW ddl_drop_other.t AS SELECT id FROM a;
DROP SCHEMA ddl_drop_other CASCADE;
CREATE ROLE regress_tview_dropped;
GRANT SELECT, TRIGGER ON a TO regress_tview_dropped;
GRANT USAGE, CREATE ON SCHEMA ddl_drop TO regress_tview_dropped;
SET ROLE regress_tview_dropped;
CREATE TVIEW owned AS SELECT id FROM a;
RESET ROLE;
DROP OWNED BY regress_tview_dropped CASCADE;
DROP ROLE regress_tview_dropped;
SELECT to_regclass('owned'), to_regclass('v_owned');
BEGIN;
CREATE TVIEW t WITH (refresh = deferred) AS SELECT id FROM a;
INSERT INTO a VALUES (1);
DROP TVIEW t;
COMMIT;
CREATE TVIEW t WITH (refresh = deferred) AS SELECT id FROM a;
BEGIN;
INSERT INTO a VALUES (2);
DROP TVIEW t;
ROLLBACK;
INSERT INTO a VALUES (3);
SELECT * FROM pg_temp.oracle();
DROP TVIEW t;
SELECT * FROM triggers;
SELECT count(*) FROM tview.tview;

-- the extension: plain tables stay
CREATE TVIEW t AS SELECT id FROM a;
CREATE TVIEW means AS SELECT id % 2 AS g, avg(id) AS m FROM a GROUP BY id % 2;
BEGIN;
DROP EXTENSION pg_tviews;
SELECT relname FROM pg_class WHERE relname ~ 'means' AND relkind IN ('r', 'v') ORDER BY relname;
\d t
\d a
INSERT INTO t VALUES (77);
ROLLBACK;
INSERT INTO a VALUES (4);
SELECT * FROM pg_temp.oracle();
SET client_min_messages = error;
DROP SCHEMA ddl_drop CASCADE;
