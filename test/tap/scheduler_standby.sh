#!/usr/bin/env bash
# On a standby nothing runs; after its promotion it takes over, and makes up for what it missed.
. "$(dirname "$0")/lib/harness.sh"

PGTV_CONF="wal_level = replica" node main
sql main "
CREATE TABLE t (n int); INSERT INTO t VALUES (1);
CREATE FUNCTION slow(n int) RETURNS int LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(600); RETURN n; END';
CREATE MATERIALIZED VIEW m AS SELECT n FROM t; CREATE MATERIALIZED VIEW lazy AS SELECT slow(n) FROM t WITH NO DATA;
CREATE MATERIALIZED VIEW at_start AS SELECT n FROM t; SELECT tview_schedule('at_start', '@reboot');
SELECT tview_schedule('m', '1 second', missed_runs => 'once')" >/dev/null
wait_for main "SELECT count(*) > 0 FROM tview.runs WHERE state = 'success'"
run=$(sql main "SELECT tview_submit('lazy')")
wait_for main "SELECT count(*) = 1 FROM pg_stat_activity WHERE backend_type = 'pg_tviews refresh public.lazy' AND wait_event = 'PgSleep'"

standby second main
wait_for second "SELECT count(*) = 1 FROM tview.runs WHERE run_id = $run AND state = 'running'"
is "$(sql second "SELECT running, pid, why_idle FROM tview.scheduler")" "f||the server is a standby" "no scheduler on a standby"
is "$(sql second "SELECT count(*) FROM pg_stat_activity WHERE backend_type LIKE 'pg_tviews%'")" "0" "and no process"
for call in "tview_submit('m')" "tview_cancel($run)" "tview_retry($run)" "tview_wait($run)" "tview_refresh('m')" \
    "tview_schedule('m', '1 hour')" "tview_unregister('m')"; do
    is "$(sql second "SELECT $call")" "error 25006" "25006 on a standby: $call"
done
is "$(sql second "SELECT count(*) > 0 FROM tview.runs; SELECT n FROM m; SELECT count(*) FROM tview.registrations")" "t
1
3" "what there is can be read"

# No run of m is at work when the primary dies, which would be made up for as well; nor does the next one begin.
session holder main
while true; do
    say holder "BEGIN; LOCK TABLE tview.run IN SHARE MODE" >/dev/null
    [ "$(say holder "SELECT count(*) FROM tview.run WHERE relation = 'm'::regclass AND state IN ('queued', 'running')")" != 0 ] || break
    say holder "ROLLBACK" >/dev/null
done
wait_for main "SELECT count(*) = 1 AND bool_and(replay_lsn >= '$(sql main "SELECT pg_current_wal_lsn()")') FROM pg_stat_replication"
halt main immediate
sleep 3 # longer than the schedule, and the second of delay that is none
promote second
wait_for second "SELECT running FROM tview.scheduler"
sql second "INSERT INTO t VALUES (2)"
wait_for second "SELECT count(*) = 2 FROM m"
wait_for second "SELECT count(*) = 1 FROM tview.runs WHERE relation = 'at_start'::regclass AND state = 'success'"
is "$(sql second "SELECT count(*) FROM tview.runs WHERE relation = 'at_start'::regclass")" "1" "promoted: @reboot, for this server starts to schedule"
is "$(sql second "SELECT state FROM tview.runs WHERE run_id = $run")" "crashed" "promoted: the run of the old primary counts as crashed"
is "$(sql second "SELECT count(*) FROM (SELECT due_at, min(queued_at) OVER () AS look FROM tview.runs
                  WHERE trigger = 'catch-up' AND run_id > $run) x WHERE due_at < look")" "1" "promoted: what was missed is made up for once"
finish
