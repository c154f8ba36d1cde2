#!/usr/bin/env bash
# The rules of a schedule: runs that take too long, that are canceled, missed, tried again, or that reach for more rights.
. "$(dirname "$0")/lib/harness.sh"

PGTV_CONF="max_worker_processes = 12
pg_tviews.retry_initial = '1h'" node main
sql main "
CREATE ROLE joe NOLOGIN; CREATE SCHEMA joe AUTHORIZATION joe; CREATE TABLE secret (n int); CREATE TABLE t (n int); INSERT INTO t VALUES (1);
CREATE FUNCTION slow() RETURNS int LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(600); RETURN 1; END';
CREATE MATERIALIZED VIEW lazy AS SELECT slow() WITH NO DATA; CREATE MATERIALIZED VIEW m AS SELECT n FROM t" >/dev/null
at_work="SELECT count(*) = 1 FROM pg_stat_activity WHERE backend_type = 'pg_tviews refresh public.lazy' AND wait_event = 'PgSleep'"

# A run that takes too long, by its own limit and by that of the server; it is not tried again.
sql main "SELECT tview_register('lazy'); SELECT tview_alter('lazy', max_runtime => '300 ms')" >/dev/null
run=$(sql main "SELECT tview_submit('lazy')")
is "$(sql main "SELECT tview_wait($run, '120 s')")" "timed_out" "max_runtime of the registration"
sql main "SELECT tview_unregister('lazy'); SELECT tview_register('lazy'); ALTER SYSTEM SET pg_tviews.max_runtime = '300ms'; SELECT pg_reload_conf()" >/dev/null
run=$(sql main "SELECT tview_submit('lazy')")
is "$(sql main "SELECT tview_wait($run, '120 s')")" "timed_out" "pg_tviews.max_runtime"
is "$(sql main "SELECT state, sqlstate, attempt FROM tview.runs WHERE relation = 'lazy'::regclass ORDER BY run_id")" "timed_out|57014|1
timed_out|57014|1" "with SQLSTATE 57014, and without another attempt"
sql main "ALTER SYSTEM RESET pg_tviews.max_runtime; SELECT pg_reload_conf()" >/dev/null

# Canceled at work, by tview_cancel and by pg_cancel_backend.
for cancel in "tview_cancel(run_id)" "pg_cancel_backend(pid)"; do
    run=$(sql main "SELECT tview_submit('lazy')")
    wait_for main "$at_work"
    is "$(sql main "SELECT $cancel FROM tview.runs WHERE run_id = $run; SELECT tview_wait($run, '120 s')")" "t
canceled" "${cancel%%(*} of a run at work"
done
is "$(sql main "SELECT tview_unregister('lazy'); SELECT tview_retry($run)")" "t
error 42704" "a run of a view that was unregistered cannot be done again"

# Missed while the server was down.
sql main "SELECT tview_schedule('m', '0 0 1 1 *', missed_runs => 'skip')" >/dev/null
for rule in skip once; do
    sql main "SELECT tview_alter('m', missed_runs => '$rule')" >/dev/null
    wait_for main "SELECT count(*) = 1 FROM tview.schedule_state WHERE relation = 'm'::regclass"
    sql main "DELETE FROM tview.run; UPDATE tview.schedule_state SET next_run_at = now() - '3 years'::interval WHERE relation = 'm'::regclass" >/dev/null
    halt main
    resume main
    wait_for main "SELECT count(*) > 0 AND bool_and(finished_at IS NOT NULL) FROM tview.runs"
    is "$(sql main "SELECT count(*), min(trigger), min(state), min(message) FROM tview.runs")" \
        "$([ $rule = once ] && echo '1|catch-up|success|' || echo '1|schedule|skipped|missed while the scheduler did not run')" "missed_runs => $rule"
    is "$(sql main "SELECT next_run_at > now() FROM tview.schedules WHERE relation = 'm'::regclass")" "t" "missed_runs => $rule: the next one is planned"
done

# Pauses between attempts double, up to the limit; then it is given up.
sql main "SELECT tview_unschedule('m'); SELECT tview_alter('m', max_attempts => 4); DELETE FROM tview.run;
          CREATE FUNCTION busy() RETURNS int LANGUAGE plpgsql AS \$\$ BEGIN RAISE SQLSTATE '40001'; END \$\$;
          ALTER SYSTEM SET pg_tviews.retry_max = '150min'; SELECT pg_reload_conf(); DROP MATERIALIZED VIEW m;
          CREATE MATERIALIZED VIEW m AS SELECT busy() WITH NO DATA; SELECT tview_register('m'); SELECT tview_alter('m', max_attempts => 4)" >/dev/null
run=$(sql main "SELECT tview_submit('m')")
pauses=
for attempt in 2 3 4; do # instead of waiting for hours
    wait_for main "SELECT count(*) = 1 FROM tview.runs WHERE attempt = $attempt AND state = 'queued'"
    pauses+=" $(sql main "SELECT round(extract(epoch FROM due_at - (SELECT max(finished_at) FROM tview.runs)) / 600) / 6 FROM tview.runs WHERE attempt = $attempt" |
        sed 's/0*$//')"
    sql main "UPDATE tview.run SET due_at = now() WHERE attempt = $attempt; SELECT tview_alter('m', max_attempts => 4)" >/dev/null
done
wait_for main "SELECT count(*) = 1 FROM tview.runs WHERE attempt = 4 AND state = 'error'"
is "$pauses" " 1. 2. 2.5" "pauses double up to pg_tviews.retry_max"
is "$(sql main "SELECT trigger, state, sqlstate, attempt FROM tview.runs WHERE run_id >= $run ORDER BY run_id")" "manual|error|40001|1
retry|error|40001|2
retry|error|40001|3
retry|error|40001|4" "max_attempts in all"
is "$(sql main "SELECT consecutive_failures FROM tview.registrations WHERE view = 'm'::regclass")" "4" "each attempt counts as a failure"

# A refresh in the background gives the owner no rights that he has not.
grab() { # grab <name> <statement>
    sql main "SET ROLE joe;
    CREATE FUNCTION joe.grab_$1() RETURNS int LANGUAGE plpgsql AS \$\$ BEGIN EXECUTE '$2'; RETURN 1; END \$\$;
    CREATE MATERIALIZED VIEW joe.grab_$1 AS SELECT joe.grab_$1() WITH NO DATA" >/dev/null
    run=$(sql main "SET ROLE joe; SELECT tview_submit('joe.grab_$1')")
    is "$(sql main "SELECT tview_wait($run, '120 s'); SELECT sqlstate FROM tview.runs WHERE run_id = $run")" "error
42501" "no more rights: $2"
}
grab role "SET ROLE postgres"
grab reset "RESET ROLE"
grab authorization "SET SESSION AUTHORIZATION postgres"
grab read "SELECT FROM public.secret"
grab write "INSERT INTO public.secret VALUES (1)"
is "$(sql main "SELECT count(*) FROM secret")" "0" "and nothing was written"
finish
