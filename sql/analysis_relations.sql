-- What a TVIEW may read: tables, partitioned tables, materialized views and views; what is refused about relations and
-- clauses of the query.
CREATE SCHEMA analysis_relations;
SET search_path = analysis_relations, public;
SET client_min_messages = warning;
\i test/lib/attempt.sql
\pset format unaligned
\pset tuples_only on

CREATE TABLE t (id int PRIMARY KEY, v int);
CREATE TABLE u (id int PRIMARY KEY, t int);
CREATE TEMP TABLE passing (id int);
CREATE TEMP VIEW passing_view AS SELECT id FROM t;
CREATE UNLOGGED TABLE loose (id int);
CREATE SEQUENCE counter;
CREATE MATERIALIZED VIEW kept AS SELECT id FROM t;
CREATE TABLE parted (id int) PARTITION BY RANGE (id);
CREATE TABLE parted_low PARTITION OF parted FOR VALUES FROM (0) TO (10);
CREATE TABLE parent (id int);
CREATE UNLOGGED TABLE child () INHERITS (parent);
CREATE FOREIGN DATA WRAPPER far_wrapper;
CREATE SERVER far FOREIGN DATA WRAPPER far_wrapper;
CREATE FOREIGN TABLE afar (id int) SERVER far;
CREATE TABLE half (id int) PARTITION BY RANGE (id);
CREATE FOREIGN TABLE half_far PARTITION OF half FOR VALUES FROM (0) TO (10) SERVER far;
CREATE VIEW through AS SELECT * FROM afar;

SELECT attempt('SELECT t.id, t.v, u.id AS uid, kept.id AS kid FROM t JOIN u ON u.t = t.id, kept');
SELECT attempt('SELECT * FROM parted');
SELECT attempt('SELECT 1 AS one');
SELECT attempt('SELECT x, v FROM t, generate_series(1, v) AS x');

SELECT attempt('SELECT * FROM passing');
SELECT attempt('SELECT * FROM passing_view');
SELECT attempt('SELECT * FROM loose', 'manual');
SELECT attempt('SELECT * FROM parent');
SELECT attempt('SELECT * FROM ONLY parent');
SELECT attempt('SELECT last_value FROM counter');
SELECT attempt('SELECT relname FROM pg_class');
SELECT attempt('SELECT * FROM pg_tables', 'manual');
SELECT attempt('SELECT table_name FROM information_schema.tables');
SELECT attempt('SELECT relid FROM tview.tview');
SELECT attempt('SELECT tview FROM tview.tviews');
SELECT attempt('SELECT * FROM afar');
SELECT attempt('SELECT * FROM through', 'deferred');
SELECT attempt('SELECT * FROM half');
SELECT attempt('SELECT * FROM missing');
SELECT attempt('SELECT missing FROM t');

SELECT attempt('SELECT ctid, id FROM t');
SELECT attempt('SELECT tableoid::int, id FROM parted');
SELECT attempt('SELECT id, (SELECT t.xmin::text FROM u LIMIT 1) FROM t');
SELECT attempt('SELECT count(*) FROM t TABLESAMPLE SYSTEM (10)');
SELECT attempt('SELECT * FROM t FOR UPDATE');
SELECT attempt('SELECT * FROM (SELECT * FROM t FOR SHARE) AS s');
SELECT attempt('WITH gone AS (DELETE FROM t RETURNING id) SELECT * FROM gone');
CREATE FUNCTION writer(i int) RETURNS int STABLE BEGIN ATOMIC INSERT INTO u VALUES (i, i); SELECT 1; END;
SELECT attempt('SELECT id, writer(id) FROM t');

-- all of a message
SELECT tview_create('locked', 'SELECT * FROM t FOR UPDATE');
SELECT tview_create('loosened', 'SELECT * FROM loose');
SELECT tview_create('distant', 'SELECT * FROM afar');
SELECT tview_create('placed', 'SELECT ctid FROM t');
SELECT tview_create('listed', 'SELECT * FROM pg_tables');

DROP SCHEMA analysis_relations CASCADE;
DROP FOREIGN DATA WRAPPER far_wrapper CASCADE;
