-- tview_schedule and tview_unschedule on TVIEWs set their options; what they are told besides is kept in the registry.
CREATE SCHEMA registry_tviews;
SET search_path = registry_tviews, public;
CREATE TABLE base (id int PRIMARY KEY, v int);
INSERT INTO base VALUES (1, 1);
CREATE TVIEW tv AS SELECT id, v FROM base;
\set shown 'relation, kind, schedule, timezone, overlap, missed_runs, jitter, enabled, next_run_at > now() AS planned'
SELECT tview_schedule('tv', '0 0 1 1 *', 'Europe/Paris', overlap => 'queue_one', jitter => '3 s') > now() AS due_later;
SELECT name, refresh, schedule, timezone FROM tview.tviews WHERE tview = 'tv'::regclass;
SELECT :shown FROM tview.schedules WHERE relation = 'tv'::regclass;
SELECT tview_schedule('tv', '@yearly', missed_runs => 'skip') > now() AS due_later;
SELECT :shown FROM tview.schedules WHERE relation = 'tv'::regclass;
INSERT INTO base VALUES (2, 2);
SELECT count(*) AS before FROM tv;
SELECT kind, status, rows_inserted FROM tview_refresh('tv');
SELECT count(*) AS after FROM tv;
SELECT last_refresh_status FROM tview.schedules WHERE relation = 'tv'::regclass;
-- it is no registered materialized view
SELECT count(*) FROM tview.registrations WHERE view = 'tv'::regclass;
SELECT tview_register('tv');
-- suspended, resumed and changed as that of a materialized view
SELECT (tview_alter('tv', enabled => false)).enabled;
SELECT :shown FROM tview.schedules WHERE relation = 'tv'::regclass;
SELECT (tview_alter('tv', enabled => true, schedule => '@monthly', timezone => 'Asia/Tokyo', overlap => 'queue_one')).overlap;
SELECT :shown FROM tview.schedules WHERE relation = 'tv'::regclass;
SELECT tview_alter('tv', schedule => '60 * * * *');
SELECT tview_alter('tv', max_attempts => 0);
CREATE TVIEW by_option WITH (schedule = '@yearly') AS SELECT id FROM base;
SELECT (tview_alter('by_option', enabled => false)).enabled;
SELECT enabled, next_run_at FROM tview.schedules WHERE relation = 'by_option'::regclass;
DROP TVIEW by_option;
CREATE TVIEW immediate AS SELECT id FROM base;
SELECT tview_alter('immediate', enabled => false);
DROP TVIEW immediate;
SELECT tview_alter('base', enabled => false);
SELECT tview_schedule('tv', '60 * * * *');
SELECT tview_unschedule('tv'), tview_unschedule('tv');
SELECT refresh, schedule, timezone FROM tview.tviews WHERE tview = 'tv'::regclass;
SELECT count(*) AS kept FROM tview.registration WHERE view = 'tv'::regclass;
CREATE TVIEW now WITH (refresh = scheduled, schedule = '0 0 1 1 *', timezone = 'Asia/Tokyo') AS SELECT id FROM base;
SELECT :shown FROM tview.schedules WHERE relation = 'now'::regclass;
DROP TVIEW now;
SELECT count(*) AS kept FROM tview.schedules WHERE relation::text LIKE '%now%';
-- of the history of each relation so much is kept
SET client_min_messages = warning;
CREATE MATERIALIZED VIEW mv AS SELECT id FROM base;
SELECT count(tview_register('mv')) AS registered;
INSERT INTO tview.run (relation, trigger, state, queued_at)
SELECT 'mv', 'schedule', 'success', now() - age FROM (VALUES (interval '8 days'), ('6 days')) a (age);
INSERT INTO tview.run (relation, trigger, state, queued_at, due_at) VALUES ('mv', 'manual', 'queued', now() - interval '8 days', now() + interval '1 year');
INSERT INTO tview.run (relation, trigger, state, message) SELECT 'mv', 'schedule', 'success', n::text FROM generate_series(1, 1000) n;
SELECT status FROM tview_refresh('mv');
SELECT state, count(*), min(message::int), bool_or(queued_at < now() - interval '1 day') AS old FROM tview.runs WHERE relation = 'mv'::regclass GROUP BY 1 ORDER BY 1;
DROP SCHEMA registry_tviews CASCADE;
