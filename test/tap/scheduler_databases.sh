#!/usr/bin/env bash
# Launcher and schedulers: several databases, nothing done while nothing is due, and nobody held up by them.
. "$(dirname "$0")/lib/harness.sh"

PGTV_CONF="max_worker_processes = 12" node main
sql main "
CREATE DATABASE one; CREATE DATABASE two; CREATE DATABASE bare;
SELECT 1" >/dev/null
for database in one two; do
    PGDATABASE=$database sql main "CREATE EXTENSION pg_tviews; CREATE TABLE t (n int); INSERT INTO t VALUES (1);
        CREATE FUNCTION slow(n int) RETURNS int LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(600); RETURN n; END';
        CREATE MATERIALIZED VIEW m AS SELECT n FROM t; CREATE MATERIALIZED VIEW lazy AS SELECT slow(n) FROM t WITH NO DATA;
        SELECT tview_schedule('m', '0 0 1 1 *')" >/dev/null
done
known="SELECT count(*) = 2 AND bool_and(running) FROM tview.scheduler WHERE database IN ('one', 'two') AND next_due IS NOT NULL"
wait_for main "$known"
is "$(sql main "SELECT database, running, next_due = date_trunc('year', now() AT TIME ZONE 'UTC' + '1 year') AT TIME ZONE 'UTC', why_idle
                FROM tview.scheduler WHERE database <> 'postgres' ORDER BY 1")" \
    "one|t|t|no run is due
two|t|t|no run is due" "every database with the extension is known"
only_launcher="SELECT count(*) FILTER (WHERE backend_type = 'pg_tviews launcher') = 1 AND count(*) = 1 FROM pg_stat_activity WHERE backend_type LIKE 'pg_tviews%'"
wait_for main "$only_launcher"

# The looks at databases that were created a moment ago may come late: three quiet seconds in half a minute are asked for.
wakeups="SELECT max(launcher_wakeups) + sum(wakeups) FROM tview.scheduler"
for try in 1 2 3 4 5 6 7 8 9 10; do
    before=$(sql main "$wakeups")
    sleep 3
    after=$(sql main "$wakeups")
    [ "$before" != "$after" ] || break
done
is "$after" "$before" "nothing wakes up while nothing is due"
is "$(sql main "$only_launcher")" "t" "while nothing is due there is the launcher only"

# Changes are noticed at commit, and only then.
export PGDATABASE=one
sql main "BEGIN; SELECT tview_schedule('m', '1 second'); ROLLBACK" >/dev/null
is "$(sql main "SELECT count(*) FROM tview.runs")" "0" "a change that is rolled back is none"
begin=$(sql main "SELECT now(); INSERT INTO t VALUES (2); SELECT tview_schedule('m', '1 second')" | head -1)
wait_for main "SELECT count(*) > 2 FROM tview.runs WHERE state = 'success'"
is "$(sql main "SELECT min(queued_at) > '$begin' FROM tview.runs")" "t" "no run comes of it later"
# Nobody who polls gets that often into a second; a busy machine does so sometimes, not always.
wait_for main "SELECT count(*) > 2 FROM tview.runs WHERE state = 'success' AND finished_at - due_at < '1 second'"
is "$(sql main "SELECT count(*) FROM m")" "2" "the view is fresh"
sql main "SELECT tview_schedule('m', '0 0 1 1 *')" >/dev/null

# A TVIEW with refresh = scheduled, and one whose schedule is prepared by one transaction and committed by another.
sql main "CREATE TVIEW doubled WITH (schedule = '1 second') AS SELECT n, n * 2 AS twice FROM t; INSERT INTO t VALUES (21)" >/dev/null
wait_for main "SELECT count(*) = 1 FROM doubled WHERE twice = 42"
wait_for main "SELECT count(*) > 0 FROM tview.runs WHERE relation = 'doubled'::regclass AND state = 'success'"
is "$(sql main "SELECT count(*) FROM tview.runs WHERE relation = 'doubled'::regclass AND state NOT IN ('success', 'queued', 'running', 'skipped')")" "0" \
    "a scheduled TVIEW is brought up to date"
sql main "DROP TVIEW doubled; BEGIN; SELECT tview_submit('m', now() - interval '1 hour'); PREPARE TRANSACTION 'submitted'" >/dev/null
is "$(sql main "COMMIT PREPARED 'submitted'")" "" "COMMIT PREPARED"
wait_for main "SELECT count(*) = 1 FROM tview.runs WHERE trigger = 'manual' AND state = 'success'"

# DROP DATABASE, CREATE DATABASE … TEMPLATE and DROP EXTENSION while a refresh is at work.
at_work="SELECT count(*) = 1 FROM pg_stat_activity WHERE backend_type = 'pg_tviews refresh public.lazy' AND wait_event = 'PgSleep'
         AND datname = current_database()"
sql main "SELECT tview_submit('lazy')" >/dev/null
wait_for main "$at_work"
PGDATABASE=postgres
is "$(sql main "CREATE DATABASE copy TEMPLATE one")" "" "CREATE DATABASE … TEMPLATE is not held up"
PGDATABASE=one
wait_for main "$at_work"
is "$(sql main "SELECT state, attempt, trigger FROM tview.runs ORDER BY run_id DESC LIMIT 1")" "running|1|manual" \
    "the run that made way is at work again, as the same attempt"
PGDATABASE=postgres
wait_for main "SELECT count(*) = 1 FROM tview.scheduler WHERE database = 'copy' AND next_due IS NOT NULL"
is "$(sql main "DROP DATABASE one")" "" "DROP DATABASE is not held up"
is "$(sql main "DROP DATABASE copy")" "" "the copy can be dropped too"
# By the shared memory too, not only by the view, which joins with pg_database.
wait_for main "SELECT count(*) = 0 FROM tview.scheduler_status() s WHERE NOT EXISTS (SELECT FROM pg_database d WHERE d.oid = s.database)"
is "$(sql main "SELECT count(*) FROM tview.scheduler WHERE database IN ('one', 'copy')")" "0" "dropped databases are forgotten"
PGDATABASE=two
sql main "SELECT tview_submit('lazy')" >/dev/null
wait_for main "$at_work"
is "$(sql main "SET lock_timeout = '120s'; DROP EXTENSION pg_tviews CASCADE")" "" "DROP EXTENSION is not held up"
PGDATABASE=postgres
wait_for main "SELECT count(*) = 0 FROM tview.scheduler WHERE database = 'two'"

# Switched off and on.
sql main "CREATE TABLE t (n int); CREATE MATERIALIZED VIEW m AS SELECT n FROM t;
          SELECT tview_schedule('m', '1 second', missed_runs => 'all(2)')" >/dev/null
wait_for main "SELECT count(*) > 0 FROM tview.runs WHERE state = 'success'"
sql main "ALTER SYSTEM SET pg_tviews.scheduler = off; SELECT pg_reload_conf()" >/dev/null
wait_for main "SELECT NOT running AND why_idle = 'pg_tviews.scheduler is off' FROM tview.scheduler WHERE database = 'postgres'"
wait_for main "SELECT count(*) = 0 FROM pg_stat_activity WHERE backend_type LIKE 'pg_tviews %' AND backend_type <> 'pg_tviews launcher'"
runs=$(sql main "SELECT count(*) FROM tview.runs")
sleep 3.5
is "$(sql main "SELECT count(*) FROM tview.runs")" "$runs" "off: nothing runs"
sql main "ALTER SYSTEM RESET pg_tviews.scheduler; SELECT pg_reload_conf()" >/dev/null
wait_for main "SELECT count(*) >= 2 FROM tview.runs WHERE trigger = 'catch-up' AND state = 'success'"
# By the first look: later ones may be late, too, and make up for what was due since.
is "$(sql main "SELECT count(*) FROM (SELECT due_at, min(queued_at) OVER () AS look FROM tview.runs WHERE trigger = 'catch-up') x WHERE due_at < look")" "2" \
    "on again: as many runs are made up for as asked"

sql main "CREATE FUNCTION slow() RETURNS int LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(600); RETURN 1; END';
          CREATE MATERIALIZED VIEW lazy AS SELECT slow() WITH NO DATA; SELECT tview_submit('lazy')" >/dev/null
wait_for main "$at_work"
begin=$SECONDS
halt main fast # while a refresh sleeps for ten minutes
[ $((SECONDS - begin)) -lt 200 ]
tap_report $? "fast shutdown is not held up" "$((SECONDS - begin)) seconds" "less than 200"
finish
