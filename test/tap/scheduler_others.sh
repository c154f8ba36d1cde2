#!/usr/bin/env bash
# What one user, view, database or run does keeps no other from running.
. "$(dirname "$0")/lib/harness.sh"

PGTV_CONF="max_worker_processes = 12
pg_tviews.max_attempts = 1
pg_tviews.max_workers = 1
pg_tviews.retry_initial = '100ms'" node main
sql main "
CREATE ROLE joe; CREATE SCHEMA joe AUTHORIZATION joe; GRANT ALL ON SCHEMA public TO joe;
CREATE TABLE t (n int); INSERT INTO t VALUES (1);
CREATE FUNCTION slow() RETURNS int LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(600); RETURN 1; END';
CREATE MATERIALIZED VIEW m AS SELECT n FROM t; CREATE MATERIALIZED VIEW zero AS SELECT 1 / (n - 1) AS n FROM t WITH NO DATA;
CREATE MATERIALIZED VIEW lazy AS SELECT slow() WITH NO DATA" >/dev/null
at_work="SELECT count(*) = 1 FROM pg_stat_activity WHERE backend_type = 'pg_tviews refresh public.lazy' AND wait_event = 'PgSleep'
         AND datname = current_database()"
lazy_copy() {
    sql main "CREATE DATABASE $1" >/dev/null
    PGDATABASE=$1 sql main "CREATE EXTENSION pg_tviews; CREATE FUNCTION slow() RETURNS int LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(600); RETURN 1; END';
        CREATE MATERIALIZED VIEW lazy AS SELECT slow() WITH NO DATA; SELECT tview_submit('lazy')" >/dev/null
    PGDATABASE=$1 wait_for main "$at_work"
}
runs_well() { # runs_well <test>
    local run
    run=$(sql main "SELECT tview_submit('m')")
    is "$(sql main "SELECT tview_wait($run, '120 s')")" "success" "$1"
}

# Runs that made way for a command which took their database or the extension give their worker back.
lazy_copy dropped
sql main "DROP DATABASE dropped" >/dev/null
runs_well "after DROP DATABASE"
lazy_copy bare
PGDATABASE=bare sql main "DROP EXTENSION pg_tviews CASCADE" >/dev/null
runs_well "after DROP EXTENSION"

# Runs that wait for a worker start when more may run.
lazy=$(sql main "SELECT tview_submit('lazy')")
wait_for main "$at_work"
run=$(sql main "SELECT tview_submit('m')")
is "$(sql main "SELECT tview_wait($run, '1 s')")" "queued" "pg_tviews.max_workers are at work: the run waits"
sql main "ALTER SYSTEM SET pg_tviews.max_workers = 4; SELECT pg_reload_conf()" >/dev/null
is "$(sql main "SELECT tview_wait($run, '120 s')")" "success" "it starts when pg_tviews.max_workers is raised"

# A run that takes long, and a schedule that is due soon: the scheduler sleeps in between.
sql main "SELECT tview_schedule('m', '3 seconds')" >/dev/null
sql main "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'pg_tviews scheduler'" >/dev/null
wait_for main "SELECT count(*) > 0 FROM tview.runs WHERE trigger = 'schedule' AND state = 'success'"
sql main "SELECT tview_schedule('m', '12 seconds')" >/dev/null
before=$(sql main "SELECT wakeups FROM tview.scheduler WHERE database = 'postgres'")
sql main "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'pg_tviews scheduler'" >/dev/null
sleep 5
is "$(sql main "SELECT wakeups < $before + 10 FROM tview.scheduler WHERE database = 'postgres'")" "t" \
    "a run at work does not keep the scheduler awake"

# Whoever waits for a run hears of its worker's end.
session waiter main
post waiter "SELECT tview_wait($lazy, '1 day')"
wait_for main "SELECT count(*) = 1 FROM pg_stat_activity WHERE query LIKE '%tview_wait($lazy%' AND wait_event = 'Extension' AND pid <> pg_backend_pid()"
sql main "SELECT pg_terminate_backend(pid) FROM tview.runs WHERE run_id = $lazy" >/dev/null
is "$(hear waiter)" "crashed" "tview_wait: the worker was terminated"

# Many runs of one view, and times in the past, do not come before others.
sql main "SET ROLE joe; CREATE MATERIALIZED VIEW joe.often AS SELECT public.slow() WITH NO DATA;
          SELECT count(tview_submit('joe.often', '1999-01-01')) FROM generate_series(1, 10100)" >/dev/null
runs_well "while thousands of runs of another view are queued"
sql main "SELECT count(tview_cancel(run_id)) FROM tview.runs WHERE state IN ('queued', 'running') AND relation = 'joe.often'::regclass" >/dev/null

# One worker, and many runs of many views: owners take turns.
sql main "ALTER SYSTEM SET pg_tviews.max_workers = 1; SELECT pg_reload_conf();
CREATE FUNCTION busy() RETURNS int LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.2); RETURN 1; END'" >/dev/null
wait_for main "SELECT current_setting('pg_tviews.max_workers') = '1'"
run=$(sql main "BEGIN; SET ROLE joe;
DO \$\$ BEGIN
  FOR i IN 1 .. 30 LOOP EXECUTE format('CREATE MATERIALIZED VIEW joe.many%s AS SELECT public.busy() WITH NO DATA', i); END LOOP;
  PERFORM tview_submit(format('joe.many%s', i)::regclass) FROM generate_series(1, 30) i;
END \$\$;
RESET ROLE; SELECT tview_submit('m'); COMMIT")
is "$(sql main "SELECT tview_wait($run, '120 s')")" "success" "while one owner's runs wait for a worker, another one's is done"
is "$(sql main "SELECT count(*) < 10 FROM tview.runs WHERE relation_name LIKE 'joe.many%' AND started_at < (SELECT started_at FROM tview.runs WHERE run_id = $run)")" \
    "t" "before most of those queued earlier"
sql main "SELECT count(tview_cancel(run_id)) FROM tview.runs WHERE state IN ('queued', 'running'); ALTER SYSTEM SET pg_tviews.max_workers = 4; SELECT pg_reload_conf()" >/dev/null

# A delay beyond all measure is refused, one taken back is forgotten.
sql main "SET ROLE joe; CREATE MATERIALIZED VIEW joe.late AS SELECT 1 AS n; SELECT tview_schedule('joe.late', '1 second')" >/dev/null
is "$(sql main "SELECT tview_alter('joe.late', jitter => '100000000 years')")" "error 22023" "jitter beyond 31 days is refused"
is "$(sql main "UPDATE tview.registration SET jitter = '32 days'")" "error 23514" "by the table too"
sql main "SELECT tview_alter('joe.late', jitter => '31 days')" >/dev/null
wait_for main "SELECT count(*) = 1 FROM tview.runs WHERE relation = 'joe.late'::regclass AND state = 'queued' AND due_at > now() + '5 seconds'"
sql main "SELECT tview_alter('joe.late', jitter => '0')" >/dev/null
begin=$(sql main "SELECT now()")
wait_for main "SELECT count(*) > 0 FROM tview.runs WHERE relation = 'joe.late'::regclass AND state = 'success' AND due_at > '$begin'"
is "$(sql main "SELECT message FROM tview.runs WHERE relation = 'joe.late'::regclass AND state = 'canceled' LIMIT 1")" \
    "the schedule was changed" "a run that waits for its delay goes with it"
sql main "DROP SCHEMA joe CASCADE" >/dev/null

# A session that drops a view whose schedule is stopped, and stays in its transaction.
sql main "SELECT tview_schedule('zero', '1 second'), tview_schedule('m', '1 second')" >/dev/null
wait_for main "SELECT count(*) = 1 FROM tview.runs WHERE relation = 'zero'::regclass AND state = 'skipped'"
session dropper main
say dropper "BEGIN; DROP MATERIALIZED VIEW zero" >/dev/null
begin=$(sql main "SELECT now()")
wait_for main "SELECT count(*) >= 2 FROM tview.runs WHERE relation = 'm'::regclass AND state = 'success' AND due_at > '$begin'"
is "$(sql main "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction' AND application_name = 'psql'")" "1" \
    "an open transaction that drops a view"
say dropper "ROLLBACK" >/dev/null

# The clock was ahead when the next run was planned.
sql main "ALTER SYSTEM SET pg_tviews.scheduler = off; ALTER SYSTEM SET pg_tviews.max_attempts = 3; SELECT pg_reload_conf()" >/dev/null
wait_for main "SELECT count(*) = 0 FROM pg_stat_activity WHERE backend_type LIKE 'pg_tviews %' AND backend_type <> 'pg_tviews launcher'"
is "$(sql main "UPDATE tview.schedule_state SET next_run_at = now() + '4 years', anchor = now() + '4 years' RETURNING 1" | sort -u)" "1" \
    "the clock is ahead"
sql main "ALTER SYSTEM RESET pg_tviews.scheduler" >/dev/null
halt main
resume main
begin=$(sql main "SELECT now()")
wait_for main "SELECT count(*) > 1 FROM tview.runs WHERE relation = 'm'::regclass AND state = 'success' AND due_at > '$begin'"
is "$(sql main "SELECT next_run_at < now() + '2 seconds' FROM tview.schedules WHERE relation = 'm'::regclass")" "t" "after a clock set back schedules go on"

# What was unregistered while a run was at work is not tried again.
lazy=$(sql main "SELECT tview_submit('lazy')")
wait_for main "$at_work"
sql main "SELECT tview_unregister('lazy')" >/dev/null
sql main "SELECT pg_terminate_backend(pid) FROM tview.runs WHERE run_id = $lazy" >/dev/null
is "$(sql main "SELECT tview_wait($lazy, '120 s')")" "crashed" "a run of an unregistered view"
is "$(sql main "SELECT count(*) FROM tview.runs WHERE run_id > $lazy AND relation = 'lazy'::regclass")" "0" "is not tried again"

# A run of a view that is gone; a name that is longer than what pg_stat_activity shows.
run=$(sql main "CREATE MATERIALIZED VIEW gone AS SELECT 1 AS n; SELECT tview_submit('gone')")
is "$(sql main "SELECT tview_wait($run, '120 s'); DROP MATERIALIZED VIEW gone; SELECT tview_retry($run)")" "success
error 42P01" "a run of a view that is gone cannot be done again"
sql main "SELECT set_config('search_path', 'pg_catalog', false);
DO \$\$ BEGIN
  EXECUTE format('CREATE SCHEMA %I', 'x' || repeat('ü', 31));
  EXECUTE format('CREATE MATERIALIZED VIEW %I.%I AS SELECT public.slow() WITH NO DATA', 'x' || repeat('ü', 31), repeat('ü', 31));
  PERFORM public.tview_submit(format('%I.%I', 'x' || repeat('ü', 31), repeat('ü', 31))::regclass);
END \$\$" >/dev/null
wait_for main "SELECT count(*) = 1 FROM pg_stat_activity WHERE backend_type LIKE 'pg_tviews refresh x%' AND wait_event = 'PgSleep'"
is "$(sql main "SET client_encoding = LATIN1; SELECT backend_type FROM pg_stat_activity WHERE backend_type LIKE 'pg_tviews refresh x%'" | wc -c)" \
    "58" "a long name is cut between characters"
finish
