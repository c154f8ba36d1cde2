-- The creator of a TVIEW needs SELECT on every base column it reads and TRIGGER on every base table.
CREATE SCHEMA analysis_privileges;
SET search_path = analysis_privileges, public;
SET client_min_messages = warning;
\i test/lib/attempt.sql
\pset format unaligned
\pset tuples_only on

CREATE ROLE regress_tview_maker;
GRANT USAGE, CREATE ON SCHEMA analysis_privileges TO regress_tview_maker;
CREATE TABLE a (id int PRIMARY KEY, x int, secret int);
CREATE TABLE b (id int PRIMARY KEY, aid int);
CREATE VIEW shown AS SELECT a.id, b.id AS bid FROM a JOIN b ON b.aid = a.id WHERE a.x > 0;
CREATE FUNCTION sum_of(i int) RETURNS bigint STABLE BEGIN ATOMIC SELECT sum(secret) FROM a WHERE id = i; END;
GRANT SELECT ON shown TO regress_tview_maker;

SET ROLE regress_tview_maker;
SELECT attempt('SELECT id FROM a');
SELECT attempt('SELECT count(*) FROM a');
SELECT attempt('SELECT * FROM shown');
RESET ROLE;

-- column by column, also behind a view and in a function's body
GRANT SELECT (id) ON a TO regress_tview_maker;
GRANT SELECT, TRIGGER ON b TO regress_tview_maker;
SET ROLE regress_tview_maker;
SELECT attempt('SELECT id FROM a');
SELECT attempt('SELECT * FROM shown');
RESET ROLE;
GRANT TRIGGER ON a TO regress_tview_maker;
SET ROLE regress_tview_maker;
SELECT attempt('SELECT id FROM a');
SELECT attempt('SELECT count(*) FROM a');
SELECT attempt('SELECT a FROM a');
SELECT attempt('SELECT id, sum_of(id) FROM a');
SELECT tview_create('seen', 'SELECT * FROM shown');
RESET ROLE;
GRANT SELECT (x) ON a TO regress_tview_maker;
SET ROLE regress_tview_maker;
SELECT attempt('SELECT * FROM shown');
RESET ROLE;
REVOKE TRIGGER ON b FROM regress_tview_maker;
SET ROLE regress_tview_maker;
SELECT tview_create('seen', 'SELECT * FROM shown');
RESET ROLE;

DROP SCHEMA analysis_privileges CASCADE;
DROP ROLE regress_tview_maker;
