-- tview.stats counts what maintenance did, also in transactions that roll back, and keeps the last error.
CREATE SCHEMA stats_counters;
SET search_path = stats_counters, public;
\i test/lib/oracle.sql
CREATE TABLE a (id int PRIMARY KEY, k int, v int);
INSERT INTO a SELECT n, n % 3, n FROM generate_series(1, 9) AS n;
CREATE TVIEW rows_of_a AS SELECT id, k, 12 / v AS part FROM a;
CREATE TVIEW groups WITH (refresh = deferred) AS SELECT k, count(*) AS n, sum(v) AS s FROM a GROUP BY k HAVING count(DISTINCT v) > 0;
CREATE TVIEW highest AS SELECT max(v) AS v FROM a HAVING true;
CREATE VIEW counted AS
    SELECT flushes AS f, rows_inserted AS i, rows_updated AS u, rows_deleted AS d, rows_unchanged AS same, keys_recomputed AS keys,
           full_refreshes AS whole, errors AS e, tview
      FROM tview.stats WHERE tview::text ~ '(rows_of_a|groups|highest)$';
-- Nothing yet: the fill is no flush.
SELECT * FROM counted ORDER BY tview::text;
SELECT DISTINCT scope, counted_since <= now() AS since, last_flush_at, last_error, time_ms, locks_escalated
  FROM tview.stats WHERE tview = 'rows_of_a'::regclass;

-- Each kind of write; what is equal is not written.
INSERT INTO a VALUES (10, 1, 1), (11, 1, 2);
SELECT * FROM counted ORDER BY tview::text;
UPDATE a SET v = 3 WHERE id IN (10, 11);
UPDATE a SET v = 4 WHERE id = 10;
UPDATE a SET v = 5 WHERE id = 5;
DELETE FROM a WHERE id = 11;
SELECT * FROM counted ORDER BY tview::text;
UPDATE a SET k = 2 WHERE id = 10;
SELECT * FROM counted ORDER BY tview::text;
SELECT last_flush_at BETWEEN now() - interval '1 hour' AND clock_timestamp() AS recent, time_ms > 0 AS took
  FROM tview.stats WHERE tview = 'groups'::regclass;

-- A deferred one is flushed once, a rolled-back one is counted.
BEGIN;
UPDATE a SET v = v + 1 WHERE id = 1;
UPDATE a SET v = v + 1 WHERE id = 1;
ROLLBACK;
BEGIN;
UPDATE a SET v = v + 1 WHERE id = 1;
UPDATE a SET v = v + 1 WHERE id = 1;
COMMIT;
SELECT * FROM counted ORDER BY tview::text;

-- On request: a refresh is a flush that recomputes everything. Verifying is none.
SELECT rows_inserted, rows_updated, rows_deleted FROM tview_refresh('groups');
SELECT missing, extra FROM tview_verify('groups');
SELECT * FROM counted WHERE tview = 'groups'::regclass;

-- Errors outlive the statement that failed; only the owner reads what they say.
INSERT INTO a VALUES (12, 1, 0);
BEGIN;
SAVEPOINT s;
INSERT INTO a VALUES (12, 1, 0);
ROLLBACK TO s;
COMMIT;
SELECT e, f FROM counted WHERE tview = 'rows_of_a'::regclass;
SELECT last_error, last_error_at > last_flush_at AS later FROM tview.stats WHERE tview = 'rows_of_a'::regclass;
CREATE ROLE stats_counters_reader;
GRANT USAGE ON SCHEMA stats_counters TO stats_counters_reader;
SET ROLE stats_counters_reader;
SELECT flushes > 0 AS counted, last_error FROM tview.stats WHERE tview = 'rows_of_a'::regclass;
SELECT tview_stats_reset('rows_of_a');
\set VERBOSITY sqlstate
SELECT tview_stats_reset();
\set VERBOSITY default
RESET ROLE;
GRANT pg_read_all_stats TO stats_counters_reader;
SET ROLE stats_counters_reader;
SELECT flushes > 0 AS counted, last_error FROM tview.stats WHERE tview = 'rows_of_a'::regclass;
RESET ROLE;

-- Reset: one, all; and what is none.
SELECT tview_stats_reset('groups');
SELECT * FROM counted ORDER BY tview::text;
SELECT tview_stats_reset();
SELECT * FROM counted ORDER BY tview::text;
SELECT DISTINCT time_ms, last_flush_at, last_error, last_error_at, locks_taken, locks_waited, lock_wait_ms
  FROM tview.stats WHERE tview IN ('groups'::regclass, 'rows_of_a'::regclass);
SELECT tview_stats_reset('a');
SELECT tview_stats_reset(0);

-- Dropped: gone.
DROP TVIEW highest;
SELECT count(*) FROM tview.stats s WHERE NOT EXISTS (SELECT FROM tview.tview t WHERE t.relid = s.tview);
SELECT f, tview FROM counted ORDER BY tview::text;
SELECT * FROM pg_temp.oracle();
DROP OWNED BY stats_counters_reader;
DROP ROLE stats_counters_reader;
SET client_min_messages = warning;
DROP SCHEMA stats_counters CASCADE;
