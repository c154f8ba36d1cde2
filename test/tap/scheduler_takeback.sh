#!/usr/bin/env bash
# What was taken back, stopped or renamed at a bad moment: while the scheduler looks, or between its decision and the run.
. "$(dirname "$0")/lib/harness.sh"

PGTV_CONF="max_worker_processes = 12" node main
sql main "
CREATE TABLE t (n int PRIMARY KEY); INSERT INTO t VALUES (1);
CREATE MATERIALIZED VIEW m AS SELECT n FROM t; CREATE MATERIALIZED VIEW m2 AS SELECT n FROM t; CREATE MATERIALIZED VIEW m3 AS SELECT n FROM t;
CREATE TVIEW tv WITH (refresh = scheduled) AS SELECT n FROM t" >/dev/null
blocked="SELECT count(*) = 1 FROM pg_stat_activity WHERE backend_type = 'pg_tviews scheduler' AND wait_event_type = 'Lock'"

# The scheduler has read the schedule and is about to queue the run; meanwhile the schedule goes.
sql main "CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_catalog.pg_advisory_xact_lock_shared(7); RETURN NEW; END';
          CREATE TRIGGER hold BEFORE INSERT ON tview.run FOR EACH ROW EXECUTE FUNCTION hold()"
taken_back() { # taken_back <relation> <statement> <message> <test>
    session "holder_$1" main
    sql main "SELECT tview_schedule('$1', '3 seconds')" >/dev/null
    wait_for main "SELECT count(*) = 1 FROM tview.schedule_state WHERE relation = '$1'::regclass"
    say "holder_$1" "BEGIN; SELECT pg_advisory_xact_lock(7)" >/dev/null
    wait_for main "$blocked AND wait_event = 'advisory'"
    say "holder_$1" "SELECT $2; COMMIT" >/dev/null
    wait_for main "SELECT count(*) > 0 AND bool_and(state NOT IN ('queued', 'running')) FROM tview.runs WHERE relation = '$1'::regclass"
    is "$(sql main "SELECT state, message FROM tview.runs WHERE relation = '$1'::regclass ORDER BY run_id DESC LIMIT 1")" "canceled|$3" "$4"
}
taken_back m "tview_unregister('m')" "the materialized view was unregistered" "unregistered while the scheduler looks"
taken_back m2 "tview_unschedule('m2')" "the schedule was removed" "unscheduled while the scheduler looks"
taken_back m3 "tview_alter('m3', enabled => false)" "the schedule was suspended" "suspended while the scheduler looks"
taken_back tv "tview_unschedule('tv')" "the schedule was removed" "a TVIEW unscheduled while the scheduler looks"
sql main "DROP TRIGGER hold ON tview.run; DELETE FROM tview.run" >/dev/null

# The server stops after the scheduler has decided, before the worker has begun: no attempt, and nothing crashed.
for how in fast immediate; do
    session "first_$how" main
    session "second_$how" main
    say "first_$how" "BEGIN; LOCK TABLE tview.schedule_state IN SHARE MODE" >/dev/null
    sql main "SELECT tview_schedule('m', '0 0 1 1 *')" >/dev/null
    say "first_$how" "COMMIT" >/dev/null
    wait_for main "SELECT count(*) = 1 FROM tview.schedule_state WHERE relation = 'm'::regclass"
    wait_for main "SELECT count(*) = 0 FROM pg_stat_activity WHERE backend_type = 'pg_tviews scheduler'" # looks when it is told to
    sql main "UPDATE tview.schedule_state SET next_run_at = now() WHERE relation = 'm'::regclass" >/dev/null
    say "first_$how" "BEGIN; LOCK TABLE tview.schedule_state IN SHARE MODE" >/dev/null
    sql main "SELECT tview_alter('m', overlap => 'queue_one')" >/dev/null
    wait_for main "$blocked"
    post "second_$how" "BEGIN; LOCK TABLE tview.run IN SHARE MODE"
    wait_for main "SELECT count(*) = 1 FROM pg_locks WHERE relation = 'tview.run'::regclass AND mode = 'ShareLock' AND NOT granted"
    say "first_$how" "COMMIT" >/dev/null
    wait_for main "SELECT count(*) = 1 FROM pg_stat_activity WHERE backend_type = 'pg_tviews refresh public.m' AND wait_event_type = 'Lock'"
    is "$(sql main "SELECT state, attempt, pid FROM tview.runs WHERE relation = 'm'::regclass")" "running|1|" "$how: decided, not begun"
    halt main "$how"
    resume main
    wait_for main "SELECT count(*) = 1 FROM tview.runs WHERE relation = 'm'::regclass AND state = 'success'"
    is "$(sql main "SELECT trigger, state, attempt FROM tview.runs WHERE relation = 'm'::regclass")" "schedule|success|1" \
        "$how: a run whose worker had not begun is done after the start, as the same attempt"
    sql main "SELECT tview_unregister('m'); DELETE FROM tview.run" >/dev/null
done

# @reboot: once per start of the server.
sql main "SELECT tview_schedule('m', '@reboot')" >/dev/null
reboots="SELECT count(*) = %s FROM tview.runs WHERE relation = 'm'::regclass AND state = 'success'"
is "$(sql main "SELECT count(*) FROM tview.runs")" "0" "@reboot: not when it is given"
halt main
resume main
wait_for main "$(printf "$reboots" 1)"
sql main "ALTER SYSTEM SET pg_tviews.scheduler = off; SELECT pg_reload_conf()" >/dev/null
wait_for main "SELECT NOT running FROM tview.scheduler WHERE database = 'postgres'"
sql main "ALTER SYSTEM RESET pg_tviews.scheduler; SELECT pg_reload_conf()" >/dev/null
wait_for main "SELECT running FROM tview.scheduler WHERE database = 'postgres'"
run=$(sql main "SELECT tview_submit('m2')")
is "$(sql main "SELECT tview_wait($run, '120 s')")" "success" "the scheduler is on again"
is "$(sql main "SELECT count(*) FROM tview.runs WHERE relation = 'm'::regclass")" "1" "@reboot: not when the scheduler is switched off and on"
halt main
resume main
wait_for main "$(printf "$reboots" 2)"
is "$(sql main "SELECT count(*) FROM tview.runs WHERE relation = 'm'::regclass")" "2" "@reboot: once per start of the server"
sql main "SELECT tview_unregister('m'); DELETE FROM tview.run" >/dev/null

# The schedule of a TVIEW is suspended.
sql main "SELECT tview_schedule('tv', '1 second'); INSERT INTO t VALUES (2)" >/dev/null
wait_for main "SELECT count(*) = 2 FROM tv"
sql main "SELECT tview_alter('tv', enabled => false)" >/dev/null
wait_for main "SELECT count(*) = 0 FROM tview.runs WHERE state IN ('queued', 'running')"
begin=$(sql main "SELECT now()")
sql main "INSERT INTO t VALUES (3)" >/dev/null
sleep 2.5
is "$(sql main "SELECT count(*) FROM tv; SELECT count(*) FROM tview.runs WHERE due_at > '$begin'")" "2
0" "tview_alter suspends the schedule of a TVIEW"
sql main "SELECT tview_alter('tv', enabled => true)" >/dev/null
wait_for main "SELECT count(*) = 3 FROM tv"
sql main "SELECT tview_unschedule('tv')" >/dev/null

# A clock that is set wakes whoever sleeps until a time: the kernel is asked to say so (timer on the wall clock, canceled by setting it).
sql main "SELECT tview_schedule('m', '0 0 1 1 *')" >/dev/null
wait_for main "SELECT next_due IS NOT NULL AND pid = launcher_pid FROM tview.scheduler WHERE database = 'postgres'"
if [ "$(uname)" = Linux ]; then
    launcher=$(sql main "SELECT launcher_pid FROM tview.scheduler WHERE database = 'postgres'")
    for ((try = 0; try < 2000; try++)); do
        timers=$(cat "/proc/$launcher/fdinfo/"* 2>/dev/null | grep -A2 'clockid: 0' | grep 'settime flags')
        [ -n "$timers" ] && break
        sleep 0.05
    done
    is "$timers" "settime flags: 03" "a clock set forward is noticed at once"
fi
sql main "SELECT tview_unregister('m')" >/dev/null
wait_for main "SELECT why_idle = 'nothing is scheduled' FROM tview.scheduler WHERE database = 'postgres'"

# ALTER DATABASE … RENAME while a refresh is at work, and while runs are planned.
sql main "CREATE DATABASE named" >/dev/null
PGDATABASE=named sql main "CREATE EXTENSION pg_tviews; CREATE TABLE t (n int); CREATE MATERIALIZED VIEW m AS SELECT n FROM t;
    CREATE FUNCTION slow() RETURNS int LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(600); RETURN 1; END';
    CREATE MATERIALIZED VIEW lazy AS SELECT slow() WITH NO DATA; SELECT tview_schedule('m', '1 second'); SELECT tview_submit('lazy')" >/dev/null
at_work="SELECT count(*) = 1 FROM pg_stat_activity WHERE backend_type = 'pg_tviews refresh public.lazy' AND wait_event = 'PgSleep' AND datname = '%s'"
wait_for main "$(printf "$at_work" named)"
is "$(sql main "ALTER DATABASE named RENAME TO renamed")" "" "ALTER DATABASE … RENAME is not held up"
begin=$(sql main "SELECT now()")
wait_for main "$(printf "$at_work" renamed)"
export PGDATABASE=renamed
is "$(sql main "SELECT attempt, trigger FROM tview.runs WHERE relation = 'lazy'::regclass")" "1|manual" "the run that made way is at work again, as the same attempt"
wait_for main "SELECT count(*) > 1 FROM tview.runs WHERE relation = 'm'::regclass AND state = 'success' AND due_at > '$begin'"
is "$(sql main "SELECT database, running FROM tview.scheduler WHERE database <> 'postgres'")" "renamed|t" "and schedules go on under the new name"
PGDATABASE=postgres
sql main "DROP DATABASE renamed" >/dev/null
finish
