-- What a TVIEW cannot be is refused, and every error points at the character that is wrong.
SET client_min_messages = warning;
CREATE SCHEMA refusal_test;
SET search_path = refusal_test, public;
CREATE TYPE composite AS (a int);
PREPARE one AS SELECT 1;

-- what a TVIEW cannot be
CREATE TVIEW t (a int);
CREATE TVIEW IF NOT EXISTS refusal_test.t (a int);
CREATE TVIEW t ();
CREATE TVIEW t OF composite;
CREATE TVIEW t PARTITION OF p DEFAULT;
CREATE TEMP TVIEW t AS SELECT 1;
CREATE TEMPORARY TVIEW t AS SELECT 1;
CREATE UNLOGGED TVIEW t AS SELECT 1;
CREATE OR REPLACE TEMP TVIEW t AS SELECT 1;
CREATE TVIEW t AS EXECUTE one;
CREATE OR REPLACE TVIEW t AS SELECT 1 WITH CHECK OPTION;
CREATE TVIEW t ON COMMIT DROP AS SELECT 1;
EXPLAIN CREATE TVIEW t AS SELECT 1;
EXPLAIN (ANALYZE, COSTS OFF) CREATE TVIEW t AS SELECT 1;
EXPLAIN ANALYZE VERBOSE CREATE TVIEW t AS SELECT 1;
PREPARE p AS CREATE TVIEW t AS SELECT 1;
CREATE SCHEMA s CREATE TVIEW t (a int);
CREATE RECURSIVE TVIEW t (a) AS SELECT 1;
SELECT 1 INTO TVIEW t;
REFRESH TVIEW t;
CREATE TVIEW;
CREATE TVIEW t AS;
CREATE TVIEW t AS SELECT ä, 1;
SELECT 'äöü' AS x \; CREATE TVIEW t AS SELECT 1 + nothing;
/* äöü */ CREATE TVIEW t (a int);
CREATE TVIEW t AS SELECT 1 FROM;
CREATE OR REPLACE TVIEW t AS SELECT nothing;
DROP TVIEW t t;
ALTER TVIEW t;
COMMENT ON TVIEW t AS 'x';
TVIEW t;
SELECT count(*) FROM pg_class WHERE relnamespace = 'refusal_test'::regnamespace AND relkind <> 'c';

-- without the setting it is an identifier in these places too
SET pg_tviews.create_tview_syntax = off;
CREATE TVIEW t AS SELECT 1;
DROP TVIEW t;
RESET pg_tviews.create_tview_syntax;
CREATE TVIEW t AS SELECT 1 AS one;
DROP TVIEW t;
DROP SCHEMA refusal_test CASCADE;
