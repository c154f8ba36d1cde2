-- What is registered, and what keeps it: register, alter, unregister, renames, drops.
CREATE SCHEMA registry;
SET search_path = registry, public;
\set shown 'view, schema_name, view_name, owner = current_user AS mine, refresh_mode, schedule, timezone, enabled, populated, usable_index'
CREATE TABLE sale (id int PRIMARY KEY, customer text NOT NULL, amount int NOT NULL);
INSERT INTO sale SELECT i, 'c' || i % 3, i FROM generate_series(1, 9) i;
CREATE MATERIALIZED VIEW leaderboard AS SELECT customer, sum(amount) AS total FROM sale GROUP BY customer;
CREATE MATERIALIZED VIEW other AS SELECT count(*) AS n FROM sale WITH NO DATA;

SELECT view, registered, populated, usable_index, create_index FROM tview.candidates WHERE schema_name = 'registry' ORDER BY 1;
SELECT view, refresh_mode, schedule, timezone, enabled, last_refresh_status, consecutive_failures FROM tview_register('leaderboard');
SELECT :shown FROM tview.registrations WHERE schema_name = 'registry';
SELECT (tview_register('leaderboard', mode => 'auto', if_not_exists => true)).refresh_mode;
SELECT tview_register('leaderboard');

-- concurrent is warned of at once when it cannot work yet
SELECT (tview_alter('leaderboard', mode => 'concurrent')).refresh_mode;
CREATE UNIQUE INDEX leaderboard_key ON leaderboard (customer);
SELECT (tview_alter('leaderboard', mode => 'concurrent')).refresh_mode;
SELECT (tview_register('other', mode => 'concurrent', schedule => '0 3 1 1 *', timezone => 'Europe/Paris')).refresh_mode;
SELECT view, schedule, timezone, next_run_at > now() AS planned FROM tview.registrations WHERE schema_name = 'registry' ORDER BY 1;

-- what is not given stays
SELECT enabled, overlap, missed_runs, jitter, max_runtime, max_attempts, schedule
FROM tview_alter('other', enabled => false, overlap => 'queue_one', missed_runs => 'all(5)', jitter => '10 s',
                 max_runtime => '1 h', max_attempts => 7);
SELECT enabled, overlap, missed_runs, jitter, max_runtime, max_attempts, schedule FROM tview_alter('other', schedule => '@yearly');
SELECT next_run_at FROM tview.registrations WHERE view = 'other'::regclass;
SELECT tview_unschedule('other'), tview_unschedule('other');
SELECT schedule, timezone FROM tview.registrations WHERE view = 'other'::regclass;

-- scheduling registers
SELECT tview_unregister('other');
SELECT tview_schedule('other', '0 0 1 1 *') > now() AS due_later;
SELECT relation, kind, schedule, timezone, enabled, overlap, missed_runs FROM tview.schedules WHERE relation = 'other'::regclass;
SELECT tview_schedule('other', '@reboot') IS NULL AS never_by_the_clock;

-- the default mode and time zone
SELECT tview_unregister('other');
SET pg_tviews.default_mode = auto;
SET pg_tviews.timezone = 'Asia/Tokyo';
SELECT refresh_mode, timezone FROM tview_register('other', mode => NULL, schedule => '@yearly');
RESET pg_tviews.default_mode;
RESET pg_tviews.timezone;

-- keyed by OID: a new name or schema changes nothing
CREATE SCHEMA registry_too;
ALTER MATERIALIZED VIEW leaderboard RENAME TO ranking;
ALTER MATERIALIZED VIEW ranking SET SCHEMA registry_too;
SELECT :shown FROM tview.registrations WHERE view_name = 'ranking';
SELECT mode, status FROM tview_refresh('registry_too.ranking');
SELECT last_refresh_status, last_refresh_duration_ms > 0 AS timed, last_success_at = last_refresh_at AS fresh
FROM tview.registrations WHERE view_name = 'ranking';

-- a direct UPDATE cannot store garbage
\set VERBOSITY sqlstate
UPDATE tview.registration SET refresh_mode = 'sometimes';
UPDATE tview.registration SET last_refresh_status = 'fine';
UPDATE tview.registration SET schedule = '61 * * * *';
UPDATE tview.registration SET timezone = 'Mars/Olympus';
UPDATE tview.registration SET overlap = 'pile up';
UPDATE tview.registration SET missed_runs = 'all(0)';
\set VERBOSITY default

-- unregistering takes queued runs along, the view stays, and nothing resurrects it
INSERT INTO tview.run (relation, trigger, due_at) VALUES ('other', 'manual', now() + interval '1 day');
SELECT tview_unregister('other');
SELECT state, message FROM tview.runs WHERE relation = 'other'::regclass AND state <> 'success';
SELECT count(*) AS registered FROM tview.registrations WHERE view = 'other'::regclass;
SELECT populated FROM tview.candidates WHERE view = 'other'::regclass;
SELECT tview_unregister('other', if_exists => true);

-- dropping removes, a rolled-back drop does not
BEGIN;
DROP MATERIALIZED VIEW registry_too.ranking;
SELECT count(*) AS registered FROM tview.registrations WHERE view_name = 'ranking';
ROLLBACK;
SELECT count(*) AS registered FROM tview.registrations WHERE view_name = 'ranking';
DROP SCHEMA registry_too CASCADE;
SELECT count(*) AS registered FROM tview.registration WHERE view NOT IN (SELECT oid FROM pg_class);
SELECT relation_name, state FROM tview.runs WHERE relation_name = 'registry_too.ranking';

-- what a dump contains
SELECT extconfig @> ARRAY['tview.registration'::regclass::oid] AS dumped FROM pg_extension WHERE extname = 'pg_tviews';
DROP SCHEMA registry CASCADE;
