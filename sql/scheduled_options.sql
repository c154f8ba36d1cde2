-- refresh, schedule, timezone: at creation, by ALTER and by CREATE OR REPLACE, with changes waiting; what only a refresh shows.
CREATE SCHEMA scheduled_options;
SET search_path = scheduled_options, public;
\i test/lib/oracle.sql
\pset format unaligned
\pset tuples_only on
CREATE TABLE a (id int PRIMARY KEY, v int);
INSERT INTO a SELECT n, n FROM generate_series(1, 5) AS n;
CREATE VIEW shown AS SELECT refresh, schedule, timezone, populated FROM tview.tviews WHERE name ~ '\mt$';

CREATE TVIEW t WITH (schedule = '0 0 1 1 *') AS SELECT id, v FROM a;
TABLE shown;
UPDATE a SET v = 10 WHERE id = 1;
-- Writers are captured the other way from here on; what waits is not lost.
ALTER TVIEW t SET (refresh = immediate);
TABLE shown;
SELECT * FROM pg_temp.oracle();
UPDATE a SET v = 20 WHERE id = 2;
SELECT * FROM pg_temp.oracle();
ALTER TVIEW t SET (schedule = '0 0 1 1 *', timezone = 'Europe/Paris');
TABLE shown;
UPDATE a SET v = 30 WHERE id = 3;
ALTER TVIEW t SET (refresh = deferred);
SELECT * FROM pg_temp.oracle();
-- Deferred changes of the same transaction, then none.
BEGIN;
UPDATE a SET v = 40 WHERE id = 4;
ALTER TVIEW t SET (refresh = scheduled, schedule = '@yearly');
UPDATE a SET v = 50 WHERE id = 5;
ALTER TVIEW t SET (refresh = deferred);
UPDATE a SET v = 11 WHERE id = 1;
COMMIT;
SELECT * FROM pg_temp.oracle();
BEGIN;
UPDATE a SET v = 41 WHERE id = 4;
ALTER TVIEW t SET (refresh = scheduled);
UPDATE a SET v = 51 WHERE id = 5;
COMMIT;
SELECT rows_updated FROM tview_refresh('t');
SELECT * FROM pg_temp.oracle();

-- Schedule and time zone by themselves; the key.
ALTER TVIEW t SET (schedule = '1 hour', timezone = 'UTC', key = 'v');
TABLE shown;
ALTER TVIEW t SET (timezone = 'America/New_York');
UPDATE a SET v = 12 WHERE id = 1;
ALTER TVIEW t RESET (key);
ALTER TVIEW t RESET (schedule);
TABLE shown;
SELECT rows_inserted, rows_updated, rows_deleted FROM tview_refresh('t');
SELECT * FROM pg_temp.oracle();

-- Manual and back.
UPDATE a SET v = 13 WHERE id = 1;
ALTER TVIEW t SET (refresh = manual);
UPDATE a SET v = 21 WHERE id = 2;
SELECT count(*) AS waiting FROM tview.pending;
ALTER TVIEW t SET (refresh = scheduled, schedule = '@yearly');
SELECT * FROM pg_temp.oracle();
UPDATE a SET v = 14 WHERE id = 1;
SELECT rows_updated FROM tview_refresh('t');
ALTER TVIEW t RESET (refresh);
TABLE shown;
SELECT * FROM pg_temp.oracle();

-- CREATE OR REPLACE, WITH NO DATA, REFRESH MATERIALIZED VIEW.
CREATE OR REPLACE TVIEW t WITH (schedule = '@yearly') AS SELECT id, v FROM a;
UPDATE a SET v = 15 WHERE id = 1;
CREATE OR REPLACE TVIEW t WITH (schedule = '@yearly') AS SELECT id, v + 1 AS v FROM a;
SELECT * FROM pg_temp.oracle();
UPDATE a SET v = 16 WHERE id = 1;
SELECT rows_updated FROM tview_refresh('t');
UPDATE a SET v = 17 WHERE id = 1;
REFRESH MATERIALIZED VIEW t;
SELECT * FROM pg_temp.oracle();
SELECT rows_updated FROM tview_refresh('t');
CREATE TVIEW empty WITH (refresh = scheduled) AS SELECT id FROM a WITH NO DATA;
INSERT INTO a VALUES (6, 6);
SELECT rows_inserted FROM tview_refresh('empty');
DELETE FROM a WHERE id = 6;
SELECT rows_deleted FROM tview_refresh('empty');
SELECT rows_deleted FROM tview_refresh('t');
SELECT * FROM pg_temp.oracle();
DROP TVIEW empty;

-- STABLE functions and foreign tables are read as of the refresh, which then recomputes everything.
SET scheduled_options.x = 'one';
CREATE TVIEW zone WITH (refresh = scheduled) AS SELECT id, current_setting('scheduled_options.x') AS x FROM a;
SET scheduled_options.x = 'two';
SELECT rows_updated FROM tview_refresh('zone');
SELECT rows_updated FROM tview_refresh('zone');
ALTER TVIEW zone SET (refresh = deferred);
DROP TVIEW zone;
-- A materialized view is followed when it is refreshed.
CREATE MATERIALIZED VIEW m AS SELECT id, v FROM a;
CREATE TVIEW of_m WITH (schedule = '@yearly') AS SELECT id, v FROM m;
UPDATE a SET v = 0;
REFRESH MATERIALIZED VIEW m;
SELECT whole FROM tview.backlog WHERE tview = 'of_m'::regclass;
SELECT rows_updated FROM tview_refresh('of_m');
SELECT rows_updated FROM tview_refresh('t');
SELECT * FROM pg_temp.oracle();
DROP TVIEW of_m;

-- A function's body, or a view, behind the query is replaced: the next refresh recomputes everything.
CREATE FUNCTION twice(int) RETURNS int IMMUTABLE LANGUAGE sql RETURN $1 * 2;
CREATE VIEW behind AS SELECT id, v FROM a WHERE id < 4;
CREATE TVIEW doubled WITH (refresh = scheduled) AS SELECT id, twice(v) AS v FROM behind;
CREATE OR REPLACE FUNCTION twice(int) RETURNS int IMMUTABLE LANGUAGE sql RETURN $1 * 2 + 1;
CREATE OR REPLACE VIEW behind AS SELECT id, v FROM a WHERE id < 3;
SELECT whole FROM tview.backlog WHERE tview = 'doubled'::regclass;
SELECT rows_updated, rows_deleted FROM tview_refresh('doubled');
SELECT * FROM pg_temp.oracle();

-- Prepared transactions store what they wrote when they are committed.
SELECT current_setting('max_prepared_transactions')::int > 0 AS can_prepare \gset
\if :can_prepare
BEGIN;
UPDATE a SET v = 100 WHERE id = 1;
PREPARE TRANSACTION 'scheduled_options';
SELECT rows_updated FROM tview_refresh('t');
COMMIT PREPARED 'scheduled_options';
SELECT rows_updated FROM tview_refresh('t');
\endif
SELECT rows_updated FROM tview_refresh('doubled');
SELECT * FROM pg_temp.oracle();

-- Refused.
ALTER TVIEW t SET (schedule = '0 0 30 2 *');
ALTER TVIEW t SET (refresh = immediate, schedule = '@daily');
ALTER TVIEW t RESET (schedule, timezone);
ALTER TVIEW t SET (timezone = 'UTC');
CREATE TVIEW x WITH (refresh = manual, schedule = '@daily') AS SELECT id FROM a;
CREATE TVIEW x WITH (timezone = 'UTC') AS SELECT id FROM a;
CREATE TVIEW x WITH (refresh = scheduled, schedule = '@daily') AS SELECT id, random() AS r FROM a;

SET client_min_messages = warning;
DROP SCHEMA scheduled_options CASCADE;
