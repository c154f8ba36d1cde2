-- A session that has written a source before follows when a TVIEW begins or ceases to be maintained, when it becomes
-- populated, and when another TVIEW comes or goes in the middle of a transaction.
CREATE SCHEMA capture_begins;
SET search_path = capture_begins, public;
\i test/lib/oracle.sql
CREATE TABLE t (id int PRIMARY KEY, k int, v text, w int);
INSERT INTO t SELECT n, n % 3, 'v' || n, n FROM generate_series(1, 9) AS n;
CREATE TVIEW on_request WITH (refresh = 'manual') AS SELECT id, v FROM t;
CREATE TVIEW empty AS SELECT k, count(*) AS n FROM t GROUP BY k WITH NO DATA;
UPDATE t SET v = 'first' WHERE id = 1;
SELECT tview FROM pg_temp.oracle();
SELECT status FROM tview_refresh('empty');
UPDATE t SET k = 7 WHERE id = 2;
SELECT tview FROM pg_temp.oracle();
SELECT status FROM tview_refresh('on_request');
ALTER TVIEW on_request SET (refresh = 'immediate');
UPDATE t SET v = 'second' WHERE id = 1;
SELECT * FROM pg_temp.oracle();
ALTER TVIEW on_request SET (refresh = 'manual');
UPDATE t SET v = 'third' WHERE id = 1;
SELECT tview FROM pg_temp.oracle();
ALTER TVIEW on_request SET (refresh = 'deferred');
SELECT status FROM tview_refresh('on_request');
UPDATE t SET v = 'fourth' WHERE id = 1;
SELECT * FROM pg_temp.oracle();
-- What is pending for a deferred TVIEW survives a new TVIEW on the same table, which needs other columns.
BEGIN;
UPDATE t SET v = 'pending' WHERE id = 3;
DELETE FROM t WHERE id = 4;
SAVEPOINT s;
CREATE TVIEW more AS SELECT w, max(v) AS top FROM t GROUP BY w;
UPDATE t SET w = 0, v = 'both' WHERE id = 5;
ROLLBACK TO s;
UPDATE t SET v = 'after' WHERE id = 6;
CREATE TVIEW more AS SELECT w, max(v) AS top FROM t GROUP BY w;
UPDATE t SET w = 0, v = 'both' WHERE id = 5;
DROP TVIEW empty;
INSERT INTO t VALUES (10, 1, 'ten', 1);
COMMIT;
SELECT * FROM pg_temp.oracle();
-- A changed function changes the rule.
CREATE FUNCTION part(v text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT left(v, 2) $$;
CREATE TVIEW parts AS SELECT part(v) AS part, count(*) AS n FROM t GROUP BY part(v);
INSERT INTO t VALUES (11, 1, 'eleven', 1);
SELECT * FROM pg_temp.oracle();
ALTER TABLE t ADD COLUMN x int DEFAULT 5;
UPDATE t SET x = 6, w = w + 1 WHERE id < 6;
SELECT * FROM pg_temp.oracle();
ALTER TABLE t RENAME COLUMN w TO weight;
UPDATE t SET weight = weight + 1;
SELECT * FROM pg_temp.oracle();
SET client_min_messages = error;
DROP SCHEMA capture_begins CASCADE;
