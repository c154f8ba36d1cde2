-- Without the preloaded library materialized views are registered, refreshed and scheduled as with it; nothing runs by itself.
CREATE SCHEMA unloaded_registry;
SET search_path = unloaded_registry, public;
CREATE TABLE base (id int PRIMARY KEY);
CREATE MATERIALIZED VIEW mv AS SELECT id FROM base;
\c
SET search_path = unloaded_registry, public;
SELECT refresh_mode FROM tview_register('mv', schedule => '0 0 1 1 *');
SELECT schedule, next_run_at > now() AS planned FROM tview.registrations WHERE view = 'mv'::regclass;
INSERT INTO base VALUES (1);
\c
SET search_path = unloaded_registry, public;
SELECT mode, status FROM tview_refresh('mv');
SELECT count(*) FROM mv;
SELECT tview_refresh('mv', 'concurrent');
-- what failed is not kept: there is no shared memory to keep it in
SELECT last_refresh_status, consecutive_failures FROM tview.registrations WHERE view = 'mv'::regclass;
SELECT state, mode_used FROM tview.runs WHERE relation = 'mv'::regclass;
\c
SET search_path = unloaded_registry, public;
DROP MATERIALIZED VIEW mv;
SELECT count(*) AS registered FROM tview.registration WHERE view NOT IN (SELECT oid FROM pg_class);
SELECT relation_name, state FROM tview.runs WHERE relation_name = 'unloaded_registry.mv';
-- DROP EXTENSION takes the registry along and leaves the views
CREATE MATERIALIZED VIEW mv AS SELECT id FROM base;
SELECT tview_schedule('mv', '@yearly') > now() AS planned;
DROP EXTENSION pg_tviews;
REFRESH MATERIALIZED VIEW mv;
DROP MATERIALIZED VIEW mv;
CREATE EXTENSION pg_tviews SCHEMA public;
SELECT count(*) FROM tview.registrations;
DROP SCHEMA unloaded_registry CASCADE;
