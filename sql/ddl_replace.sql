-- CREATE OR REPLACE TVIEW: nothing to do, other rows, other columns; OID, grants and usable indexes stay.
CREATE SCHEMA ddl_replace;
SET search_path = ddl_replace, public;
\i test/lib/oracle.sql

CREATE TABLE a (id int PRIMARY KEY, g int, v text);
CREATE TABLE b (id int PRIMARY KEY, v text);
INSERT INTO a SELECT i, i % 3, 'v' || i FROM generate_series(1, 9) AS i;
INSERT INTO b VALUES (1, 'one'), (20, 'twenty');
CREATE TVIEW t AS SELECT id, g, v FROM a;
CREATE INDEX t_on_v ON t (v);
CREATE INDEX t_on_g_v ON t (g, v);
GRANT SELECT ON t TO PUBLIC;
CREATE TABLE before AS SELECT oid, relacl FROM pg_class WHERE oid = 't'::regclass;
CREATE TABLE rows_before AS SELECT ctid AS place, xmin::text AS writer, t.* FROM t;
CREATE VIEW kept AS
    SELECT c.oid = b.oid AS oid, c.relacl = b.relacl AS grants,
           (SELECT string_agg(indexrelid::regclass::text, ', ' ORDER BY indexrelid::regclass::text) FROM pg_index WHERE indrelid = c.oid) AS indexes,
           (SELECT string_agg(source::text, ', ' ORDER BY source::text) FROM tview.dependencies WHERE tview = c.oid) AS sources
    FROM pg_class c, before b WHERE c.oid = 't'::regclass;

CREATE OR REPLACE TVIEW t AS SELECT id, g, v FROM a;
SELECT count(*) AS rewritten FROM t WHERE NOT EXISTS (SELECT FROM rows_before b WHERE b.place = t.ctid AND b.writer = t.xmin::text);
SELECT * FROM kept;

CREATE OR REPLACE TVIEW t AS SELECT id, g, v FROM a WHERE id > 2;
SELECT count(*) AS rewritten FROM t WHERE NOT EXISTS (SELECT FROM rows_before b WHERE b.place = t.ctid AND b.writer = t.xmin::text);
SELECT * FROM kept;
SELECT * FROM pg_temp.oracle();

CREATE OR REPLACE TVIEW t AS SELECT a.id, a.g, b.v FROM a JOIN b USING (id);
SELECT * FROM kept;
INSERT INTO b VALUES (5, 'five');
SELECT * FROM t ORDER BY id;
SELECT * FROM pg_temp.oracle();

CREATE OR REPLACE TVIEW t AS SELECT id, v FROM b;
SELECT * FROM kept;
SELECT tgname FROM pg_trigger WHERE tgrelid = 'a'::regclass;
SELECT * FROM t ORDER BY id;

CREATE OR REPLACE TVIEW t AS SELECT v, g, sum(id) AS total FROM a GROUP BY v, g;
SELECT * FROM kept;
UPDATE a SET id = id + 100, g = 7 WHERE id < 4;
SELECT * FROM pg_temp.oracle();
CREATE OR REPLACE TVIEW t (w, h, total, one) AS SELECT v, g, sum(id)::numeric(10, 2), 1 FROM a GROUP BY v, g;
SELECT * FROM kept;
DELETE FROM a WHERE id = 101;
SELECT * FROM pg_temp.oracle();
\d t

-- options
CREATE OR REPLACE TVIEW t (w, h, total, one) WITH (refresh = deferred, fillfactor = 50) AS SELECT v, g, sum(id)::numeric(10, 2), 1 FROM a GROUP BY v, g;
SELECT refresh, (SELECT reloptions FROM pg_class WHERE oid = tview) FROM tview.tviews;
BEGIN;
DELETE FROM a WHERE id = 102;
CREATE OR REPLACE TVIEW t AS SELECT g, count(*) AS n FROM a GROUP BY g;
SELECT * FROM pg_temp.oracle();
COMMIT;
SELECT refresh FROM tview.tviews;
SELECT tview_create('t', 'SELECT g, count(*) AS n FROM a WHERE g IS NOT NULL GROUP BY g', or_replace => true);
SELECT * FROM pg_temp.oracle();

-- what reads it
CREATE TVIEW above AS SELECT g, n * 2 AS twice FROM t;
CREATE OR REPLACE TVIEW t AS SELECT g, count(*) + 1 AS n FROM a GROUP BY g;
SELECT * FROM pg_temp.oracle();
CREATE OR REPLACE TVIEW t AS SELECT g, 'text' AS n FROM a GROUP BY g;
CREATE OR REPLACE TVIEW t AS SELECT g, count(*) AS n, max(id) AS highest FROM a GROUP BY g;
UPDATE a SET g = 8 WHERE id = 9;
SELECT * FROM pg_temp.oracle();
CREATE OR REPLACE TVIEW t AS SELECT g, n FROM t;
CREATE OR REPLACE TVIEW t AS SELECT g, twice AS n, 1 AS highest FROM above;
CREATE OR REPLACE TVIEW t AS SELECT g, random() AS n FROM a;
CREATE OR REPLACE TVIEW a AS SELECT 1 AS x;
BEGIN;
DECLARE reading CURSOR FOR SELECT * FROM t;
CREATE OR REPLACE TVIEW t AS SELECT g FROM a GROUP BY g;
ROLLBACK;
CREATE ROLE regress_tview_stranger;
GRANT USAGE, CREATE ON SCHEMA ddl_replace TO regress_tview_stranger;
SET ROLE regress_tview_stranger;
CREATE OR REPLACE TVIEW t AS SELECT 1 AS x;
RESET ROLE;
SELECT * FROM pg_temp.oracle();
SET client_min_messages = error;
DROP SCHEMA ddl_replace CASCADE;
DROP ROLE regress_tview_stranger;
