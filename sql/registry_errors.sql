-- Every refusal of the registry, with its SQLSTATE.
CREATE SCHEMA registry_errors;
SET search_path = registry_errors, public;
CREATE TABLE base (id int PRIMARY KEY);
CREATE VIEW plain AS SELECT * FROM base;
CREATE MATERIALIZED VIEW mv AS SELECT * FROM base;

-- missing: 42P01
\set VERBOSITY sqlstate
SELECT tview_register('nowhere');
SELECT tview_register(4000000000::oid::regclass);
SELECT tview_refresh(4000000000::oid::regclass);
SELECT tview_check(4000000000::oid::regclass);
-- of another kind: 42809
SELECT tview_register('base');
SELECT tview_register('plain');
SELECT tview_alter('plain');
SELECT tview_unregister('plain', if_exists => true);
SELECT tview_check('base');
SELECT tview_refresh('plain');
SELECT tview_schedule('base', '@yearly');
SELECT tview_unschedule('base');
-- not registered: 42704; twice: 42710
SELECT tview_alter('mv', mode => 'auto');
SELECT tview_unregister('mv');
SELECT tview_unschedule('mv');
SELECT refresh_mode FROM tview_register('mv');
SELECT tview_register('mv');
-- values: 22023
SELECT tview_refresh('mv', 'fast');
SELECT tview_check('mv', 'fast');
SELECT tview_alter('mv', mode => 'Concurrent');
SELECT tview_alter('mv', schedule => '0 0 30 2 *');
SELECT tview_alter('mv', schedule => '* * * * * * *');
SELECT tview_alter('mv', timezone => 'Nowhere/City');
SELECT tview_alter('mv', overlap => 'both');
SELECT tview_alter('mv', missed_runs => 'all(0)');
SELECT tview_alter('mv', missed_runs => 'all(12');
SELECT tview_alter('mv', jitter => '-1 s');
SELECT tview_alter('mv', max_runtime => '-1 s');
SELECT tview_alter('mv', max_attempts => 0);
SELECT tview_alter('mv', max_attempts => -1);
SELECT tview_schedule('mv', '*/0 * * * *');
SET pg_tviews.timezone = 'Nowhere/City';
SET pg_tviews.default_mode = 'fast';
-- where nothing can be written: 25006
BEGIN READ ONLY;
SELECT tview_register('mv', if_not_exists => true);
ROLLBACK;
BEGIN READ ONLY;
SELECT tview_refresh('mv');
ROLLBACK;

-- the words
\set VERBOSITY default
SELECT tview_register('base');
SELECT tview_register('mv');
SELECT tview_unregister('mv');
SELECT tview_unregister('mv');
SELECT tview_register('mv', mode => 'fast');
SELECT tview_register('mv', schedule => '0 25 * * *');
SELECT tview_schedule('mv', '@yearly', missed_runs => 'twice');
SELECT tview_refresh('base');
SELECT count(*) AS left_behind FROM tview.registrations WHERE schema_name = 'registry_errors';
-- NULL asks for nothing
SELECT tview_register(NULL), tview_unregister(NULL), tview_refresh(NULL), tview_schedule(NULL, '@yearly'), tview_unschedule(NULL);
SELECT count(*) FROM tview_check(NULL);
DROP SCHEMA registry_errors CASCADE;
