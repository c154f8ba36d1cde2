-- Who may create, replace, refresh and drop; who may put triggers on a TVIEW; writers need no right on it.
CREATE SCHEMA ddl_rights;
SET search_path = ddl_rights, public;
\i test/lib/oracle.sql

CREATE TABLE a (id int PRIMARY KEY, v text);
CREATE ROLE regress_tview_creator;
CREATE ROLE regress_tview_writer;
GRANT USAGE ON SCHEMA ddl_rights TO regress_tview_creator, regress_tview_writer;
SET ROLE regress_tview_creator;
CREATE TVIEW t AS SELECT id FROM a;
SELECT tview_create('t', 'SELECT 1 AS x');
RESET ROLE;
GRANT CREATE ON SCHEMA ddl_rights TO regress_tview_creator;
SET ROLE regress_tview_creator;
CREATE TVIEW t AS SELECT id FROM a;
RESET ROLE;
GRANT SELECT (id) ON a TO regress_tview_creator;
SET ROLE regress_tview_creator;
CREATE TVIEW t AS SELECT id FROM a;
RESET ROLE;
GRANT TRIGGER ON a TO regress_tview_creator;
SET ROLE regress_tview_creator;
CREATE TVIEW t AS SELECT id FROM a;
CREATE TVIEW more AS SELECT id, v FROM a;
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE TRIGGER note AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION note();
RESET ROLE;
CREATE TRIGGER note AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION note();
DROP TRIGGER note ON t;

GRANT INSERT ON a TO regress_tview_writer;
SET ROLE regress_tview_writer;
INSERT INTO a VALUES (1, 'x');
SELECT * FROM t;
DROP TVIEW t;
SELECT tview_drop('t');
ALTER TVIEW t SET (refresh = manual);
ALTER TVIEW t RENAME TO mine;
REFRESH MATERIALIZED VIEW t;
COMMENT ON TVIEW t IS 'mine';
SELECT name FROM tview.tviews;
UPDATE tview.tview SET refresh = 'manual';
RESET ROLE;
SELECT * FROM pg_temp.oracle();

INSERT INTO t VALUES (5);
UPDATE t SET id = 5;
DELETE FROM t;
TRUNCATE t;
COPY t FROM stdin;
\.
MERGE INTO t USING a ON a.id = t.id WHEN MATCHED THEN DELETE;
WITH gone AS (DELETE FROM t RETURNING id) SELECT * FROM gone;
SELECT * FROM t FOR UPDATE;
SELECT * FROM pg_temp.oracle();
SET client_min_messages = error;
DROP SCHEMA ddl_rights CASCADE;
DROP ROLE regress_tview_creator, regress_tview_writer;
