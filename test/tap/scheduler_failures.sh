#!/usr/bin/env bash
# What happens to runs when workers, schedulers and servers end, when there is no room, and when views go.
. "$(dirname "$0")/lib/harness.sh"

PGTV_CONF="pg_tviews.retry_initial = '200ms'
max_worker_processes = 8" node main
sql main "
CREATE TABLE t (n int, seconds float); INSERT INTO t VALUES (1, 600);
CREATE FUNCTION slow() RETURNS int LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(seconds) FROM public.t; RETURN 1; END';
CREATE MATERIALIZED VIEW lazy AS SELECT slow() WITH NO DATA;
CREATE MATERIALIZED VIEW divided AS SELECT 1 / n AS n FROM t;
SELECT tview_register('divided'), tview_register('lazy')" >/dev/null
in_refresh="SELECT count(*) = 1 FROM pg_stat_activity WHERE backend_type = 'pg_tviews refresh public.lazy' AND wait_event = 'PgSleep'"
worker="SELECT pid FROM pg_stat_activity WHERE backend_type = 'pg_tviews refresh public.lazy'"
history="SELECT trigger, state, attempt, sqlstate FROM tview.runs ORDER BY run_id"

# A worker that is terminated: crashed, tried again. A canceled one is not.
sql main "SELECT tview_submit('lazy')" >/dev/null
wait_for main "$in_refresh"
first=$(sql main "$worker")
sql main "SELECT pg_terminate_backend($first)" >/dev/null
wait_for main "SELECT count(*) = 1 FROM tview.runs WHERE trigger = 'retry' AND state = 'running' AND pid <> $first"
is "$(sql main "$history")" "manual|crashed|1|57P02
retry|running|2|" "a terminated worker: the run crashed, and is tried again"
is "$(sql main "SELECT last_refresh_status, consecutive_failures FROM tview.registrations WHERE view_name = 'lazy'")" "error|1" \
    "the registration knows"

# The scheduler is terminated while a run is at work: the run goes on, and what is due meanwhile is done.
wait_for main "$in_refresh"
second=$(sql main "$worker")
sql main "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type IN ('pg_tviews scheduler', 'pg_tviews launcher')" >/dev/null
run=$(sql main "SELECT tview_submit('divided')")
is "$(sql main "SELECT tview_wait($run, '120 s')")" "success" "scheduler and launcher terminated: others take over"
is "$(sql main "$worker")" "$second" "the run that was at work goes on"

# kill -9: the server begins anew, and so does the scheduler.
crash main "$second"
wait_for main "SELECT count(*) = 1 FROM tview.runs WHERE trigger = 'retry' AND attempt = 3 AND state = 'running'"
wait_for main "$in_refresh"
is "$(sql main "SELECT state FROM tview.runs WHERE attempt = 2")" "crashed" "kill -9 of a worker: the run crashed, and is tried again"
halt main immediate
resume main
wait_for main "SELECT count(*) = 0 FROM tview.runs WHERE state IN ('queued', 'running')"
is "$(sql main "SELECT state, count(*) FROM tview.runs WHERE relation = 'lazy'::regclass GROUP BY 1")" "crashed|3" \
    "immediate stop: the last attempt counts, then it is given up"
sql main "SELECT tview_schedule('divided', '1 second')" >/dev/null
wait_for main "SELECT count(*) > 0 FROM pg_stat_activity WHERE backend_type = 'pg_tviews scheduler'"
crash main "$(sql main "SELECT pid FROM pg_stat_activity WHERE backend_type = 'pg_tviews scheduler'")"
begin=$(sql main "SELECT now()")
wait_for main "SELECT count(*) > 1 FROM tview.runs WHERE state = 'success' AND started_at > '$begin'"
is "$(sql main "SELECT running FROM tview.scheduler")" "t" "kill -9 of the scheduler: schedules go on"

# A permanent failure stops the schedule until something changes; the others go on.
sql main "BEGIN; UPDATE t SET n = 0, seconds = 0; TRUNCATE tview.run; COMMIT" >/dev/null
wait_for main "SELECT count(*) = 1 FROM tview.runs WHERE state = 'error' AND sqlstate = '22012'"
wait_for main "SELECT count(*) = 1 FROM tview.runs WHERE state = 'skipped' AND finished_at > due_at + '1.5 seconds'"
is "$(sql main "$history")" "schedule|error|1|22012
schedule|skipped|1|" "a permanent failure stops the schedule, which one row says"
sql main "UPDATE t SET n = 1; CREATE UNIQUE INDEX ON divided (n)" >/dev/null
wait_for main "SELECT count(*) > 0 FROM tview.runs WHERE state = 'success'"
is "$(sql main "SELECT last_refresh_status, consecutive_failures FROM tview.registrations WHERE view_name = 'divided'")" "success|0" \
    "it goes on when the indexes of the view change"
sql main "SELECT tview_unschedule('divided')" >/dev/null
idle="SELECT workers_in_use = 0 AND (SELECT count(*) = 0 FROM tview.runs WHERE state IN ('queued', 'running')) FROM tview.scheduler"
wait_for main "$idle"
sql main "TRUNCATE tview.run" >/dev/null

# A failure of a refresh by hand survives the rollback of its caller.
sql main "UPDATE t SET n = 0"
is "$(sql main "BEGIN; SELECT tview_refresh('divided'); ROLLBACK")" "error 22012" "a refresh by hand fails"
wait_for main "SELECT last_refresh_status = 'error' FROM tview.registrations WHERE view_name = 'divided'"
is "$(sql main "SELECT trigger, state, sqlstate, message FROM tview.runs")" "manual|error|22012|division by zero" \
    "the failure survives the rollback"

# A lock that is in the way is a passing failure.
sql main "UPDATE t SET n = 1"
session other main
say other "BEGIN; SELECT count(*) FROM divided" >/dev/null
sql main "ALTER SYSTEM SET pg_tviews.lock_timeout = '100ms'; ALTER SYSTEM SET pg_tviews.max_attempts = 1000;
          ALTER SYSTEM SET pg_tviews.retry_max = '1s'; SELECT pg_reload_conf()" >/dev/null
wait_for main "SELECT current_setting('pg_tviews.retry_max') = '1s'"
sql main "SELECT tview_submit('divided')" >/dev/null
wait_for main "SELECT count(*) = 1 FROM tview.runs WHERE state = 'error' AND sqlstate = '55P03' AND attempt = 1"
say other "COMMIT" >/dev/null
wait_for main "SELECT count(*) = 1 FROM tview.runs WHERE trigger = 'retry' AND state = 'success' AND attempt > 1"
is "$(sql main "SELECT last_refresh_status, consecutive_failures FROM tview.registrations WHERE view_name = 'divided'")" "success|0" \
    "a lock in the way: tried again until it is gone"

run_waits() { # locks the table again while the run is being tried
    [ "$(say holder "SELECT state FROM tview.run WHERE run_id = $run")" = queued ] && return
    say holder "ROLLBACK; BEGIN; LOCK TABLE tview.run IN SHARE MODE" >/dev/null
    return 1
}

# No free background worker: runs wait in the queue, and the view says why.
sql main "UPDATE t SET seconds = 600; SELECT tview_submit('lazy')" >/dev/null
wait_for main "$in_refresh"
halt main fast
echo "max_worker_processes = 3" >>"$(dirname "$(tap_server main log)")/data/postgresql.conf"
resume main
run=$(sql main "UPDATE t SET n = 1; SELECT tview_submit('divided')" | tail -1)
wait_for main "SELECT state = 'queued' FROM tview.runs WHERE run_id = $run"
wait_for main "SELECT why_idle LIKE '%max_worker_processes%' FROM tview.scheduler"
# It is tried every second. A server that stops just then takes the run for one that was at work: not while the table is locked.
session holder main
say holder "BEGIN; LOCK TABLE tview.run IN SHARE MODE" >/dev/null
tap_until "the run waits" run_waits
is "$(say holder "SELECT state FROM tview.run WHERE run_id = $run")" "queued" "no free background worker: the run waits in the queue"
halt main immediate
echo "max_worker_processes = 8" >>"$(dirname "$(tap_server main log)")/data/postgresql.conf"
resume main
is "$(sql main "SELECT tview_wait($run, '120 s')")" "success" "and starts when there is one"

# Dropped views and roles.
sql main "CREATE ROLE owner NOLOGIN; GRANT CREATE ON SCHEMA public TO owner; GRANT SELECT ON t TO owner;
          CREATE MATERIALIZED VIEW owned AS SELECT current_user::text AS name, n FROM t; ALTER MATERIALIZED VIEW owned OWNER TO owner" >/dev/null
run=$(sql main "SELECT tview_submit('owned')")
is "$(sql main "SELECT tview_wait($run, '120 s'); SELECT name FROM owned")" "success
owner" "a view whose owner cannot log in is refreshed as its owner"
run=$(sql main "SELECT tview_submit('owned', now() + '1 hour')")
sql main "DROP OWNED BY owner; DROP ROLE owner" >/dev/null
is "$(sql main "SELECT state, message, relation_name FROM tview.runs WHERE run_id = $run")" \
    "canceled|the relation was dropped|public.owned" "a dropped view and role: the run is canceled"
sql main "SELECT tview_cancel(run_id) FROM tview.runs WHERE state IN ('queued', 'running')" >/dev/null
wait_for main "$idle"
wait_for main "SELECT count(*) = 1 FROM tview.scheduler WHERE running AND why_idle = 'nothing is scheduled'"
is "$(sql main "$idle")" "t" "and nothing is left to do"
finish
