-- DDL of TVIEWs in sessions that have not loaded the library when the command begins: every \c is a new one.
CREATE SCHEMA unloaded_ddl;
CREATE TABLE unloaded_ddl.a (id int PRIMARY KEY, v text);
INSERT INTO unloaded_ddl.a VALUES (1, 'x'), (2, 'y');
\c -
SET search_path = unloaded_ddl, public;
CREATE MATERIALIZED VIEW t WITH (tview = true) AS SELECT id, v FROM a;
SHOW client_min_messages;
SELECT relkind FROM pg_class WHERE oid = 't'::regclass;
\c -
SET search_path = unloaded_ddl, public;
CREATE MATERIALIZED VIEW IF NOT EXISTS t WITH (tview = true) AS SELECT id FROM a;
\c -
SET search_path = unloaded_ddl, public;
CREATE MATERIALIZED VIEW t WITH (tview = true) AS SELECT id FROM a;
\c -
SET search_path = unloaded_ddl, public;
CREATE MATERIALIZED VIEW bad WITH (tview = true, colour = red) AS SELECT id FROM a;
\c -
SET search_path = unloaded_ddl, public;
CREATE MATERIALIZED VIEW plain WITH (tview = false) AS SELECT id FROM a;
\c -
SET search_path = unloaded_ddl, public;
CREATE TVIEW literal AS SELECT id FROM a;
LOAD 'pg_tviews';
CREATE TVIEW literal AS SELECT id FROM a;
\c -
SET search_path = unloaded_ddl, public;
SELECT tview_create('by_function', 'SELECT id FROM a');
\c -
SET search_path = unloaded_ddl, public;
INSERT INTO t VALUES (3, 'direct');
\c -
SET search_path = unloaded_ddl, public;
ALTER MATERIALIZED VIEW t RENAME TO u;
\c -
SET search_path = unloaded_ddl, public;
ALTER TABLE u RENAME COLUMN v TO word;
\c -
SET search_path = unloaded_ddl, public;
ALTER TABLE u ADD COLUMN more int;
\c -
SET search_path = unloaded_ddl, public;
ALTER MATERIALIZED VIEW u SET (refresh = deferred, fillfactor = 50);
\c -
SET search_path = unloaded_ddl, public;
COMMENT ON MATERIALIZED VIEW u IS 'comment';
-- Which columns a view's text qualifies differs between versions of PostgreSQL.
SELECT obj_description('u'::regclass), replace(definition, 'a.', '') AS definition, refresh FROM tview.tviews WHERE name = 'u';
\c -
SET search_path = unloaded_ddl, public;
REFRESH MATERIALIZED VIEW u;
REFRESH MATERIALIZED VIEW u;
\c -
SET search_path = unloaded_ddl, public;
ALTER TABLE a RENAME v TO w;
SELECT source, columns FROM tview.dependencies ORDER BY tview::text;
\c -
SET search_path = unloaded_ddl, public;
INSERT INTO a VALUES (3, 'z');
SELECT name, (tview_verify(tview)).* FROM tview.tviews ORDER BY name;
\c -
SET search_path = unloaded_ddl, public;
DROP MATERIALIZED VIEW plain;
\c -
SET search_path = unloaded_ddl, public;
DROP MATERIALIZED VIEW u;
SELECT name FROM tview.tviews ORDER BY name;
\c -
SET search_path = unloaded_ddl, public;
DROP TABLE a CASCADE;
SELECT count(*) FROM tview.tviews;
\c -
DROP SCHEMA unloaded_ddl CASCADE;
