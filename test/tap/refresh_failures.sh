#!/usr/bin/env bash
# Failures of refreshes are remembered although the caller rolled back; skipped and refused attempts are not.
. "$(dirname "$0")/lib/harness.sh"

node main
sql main "
CREATE TABLE base (id int PRIMARY KEY, v int NOT NULL);
INSERT INTO base VALUES (1, 1), (2, 2);
CREATE MATERIALIZED VIEW other_view AS SELECT count(*) FROM base;
CREATE MATERIALIZED VIEW share AS SELECT id, 100 / v AS share FROM base;
CREATE UNIQUE INDEX share_id ON share (id);
SELECT tview_register('other_view'), tview_register('share', 'concurrent');" >/dev/null
result="SELECT last_refresh_status, last_refresh_sqlstate, consecutive_failures, last_success_at IS NOT NULL FROM tview.registrations"

share="$result WHERE view = 'share'::regclass"
is "$(sql main "$share")" "||0|f" "never refreshed"
is "$(sql main "SELECT mode FROM tview_refresh('share')")" "concurrent" "refreshed as registered"
is "$(sql main "$share")" "success||0|t" "success is remembered"
sql main "INSERT INTO base VALUES (3, 0)" >/dev/null
is "$(sql main "BEGIN; SELECT tview_refresh('share'); ROLLBACK")" "error 22012" "the query's own error passes"
wait_for main "SELECT last_refresh_status = 'error' FROM tview.registrations WHERE view = 'share'::regclass"
is "$(sql main "$share")" "error|22012|1|t" "a failure survives the rollback"
is "$(sql main "SELECT trigger, state, mode_used, sqlstate, message FROM tview.runs WHERE relation = 'share'::regclass ORDER BY run_id DESC LIMIT 1")" \
    "manual|error|concurrent|22012|division by zero" "and is a run of its own"
is "$(sql main "SELECT tview_refresh('share', 'standard')")" "error 22012" "a second failure"
wait_for main "SELECT consecutive_failures = 2 FROM tview.registrations WHERE view = 'share'::regclass"
session holder main
say holder "BEGIN; REFRESH MATERIALIZED VIEW other_view" >/dev/null
is "$(sql main "SELECT tview_refresh('other_view')")" "error 55P03" "a REFRESH issued directly is noticed"
say holder "ROLLBACK" >/dev/null
is "$(sql main "CREATE ROLE other; GRANT USAGE ON SCHEMA public TO other; SET ROLE other; SELECT tview_refresh('share')")" "error 42501" "refused"
sql main "DROP INDEX share_id" >/dev/null
is "$(sql main "SELECT tview_refresh('share')")" "error 55000" "a prerequisite is missing"
wait_for main "SELECT last_refresh_sqlstate = '55000' FROM tview.registrations WHERE view = 'share'::regclass"
is "$(sql main "$share")" "error|55000|3|t" "refusals before it were not counted"
is "$(sql main "SELECT string_agg(coalesce(sqlstate, state), ' ' ORDER BY run_id) FROM tview.runs WHERE relation = 'share'::regclass")" \
    "success 22012 22012 55000" "and are no runs"
sql main "DELETE FROM base WHERE v = 0; CREATE UNIQUE INDEX share_id ON share (id)" >/dev/null
is "$(sql main "SELECT status FROM tview_refresh('share')")" "success" "healed"
is "$(sql main "$share")" "success||0|t" "success ends the count of failures"

# A failure that is written down after the success that came next does not take its place.
sql main "ALTER SYSTEM SET pg_tviews.scheduler = off; SELECT pg_reload_conf()" >/dev/null
wait_for main "SELECT count(*) = 0 FROM pg_stat_activity WHERE backend_type = 'pg_tviews scheduler'"
is "$(sql main "INSERT INTO base VALUES (3, 0); SELECT tview_refresh('share'); DELETE FROM base WHERE v = 0; SELECT status FROM tview_refresh('share')")" \
    $'error 22012\nsuccess' "failed, then succeeded, while nobody writes failures down"
sql main "ALTER SYSTEM RESET pg_tviews.scheduler; SELECT pg_reload_conf()" >/dev/null
wait_for main "SELECT count(*) = 3 FROM tview.runs WHERE relation = 'share'::regclass AND sqlstate = '22012'"
is "$(sql main "$share")" "success||0|t" "the success stays the last result"
is "$(sql main "SELECT last_refresh_status FROM tview.registrations WHERE view = 'other_view'::regclass;
             SELECT count(*) FROM tview.runs WHERE relation = 'other_view'::regclass")" $'\n0' "skipped attempts are no runs"
finish
