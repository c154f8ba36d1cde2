#!/usr/bin/env bash
# Many runs at once: all of them, in due order, what is read before its readers, one run of a view at a time.
. "$(dirname "$0")/lib/harness.sh"

PGTV_CONF="max_worker_processes = 12
pg_tviews.max_workers = 1" node main
sql main "
CREATE TABLE t (n int); INSERT INTO t VALUES (1);
CREATE FUNCTION busy(n int) RETURNS int LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.1); RETURN n; END';
DO \$\$ BEGIN
  FOR i IN 1 .. 50 LOOP EXECUTE format('CREATE MATERIALIZED VIEW m%s AS SELECT busy(n) FROM t', i); END LOOP;
END \$\$;" >/dev/null

# One worker, so that nobody overtakes: in due order, not in the order of submission.
sql main "SELECT count(tview_submit('m' || i, now() + (21 - i) * interval '1 millisecond')) FROM generate_series(1, 20) i" >/dev/null
wait_for main "SELECT count(*) = 20 FROM tview.runs WHERE state = 'success'"
is "$(sql main "SELECT count(*) FROM (SELECT rank() OVER (ORDER BY started_at) AS place, rank() OVER (ORDER BY due_at) AS due_place
                FROM tview.runs) x WHERE place <> due_place")" "0" "runs start in due order"
sql main "ALTER SYSTEM SET pg_tviews.max_workers = 4; SELECT pg_reload_conf()" >/dev/null
wait_for main "SELECT current_setting('pg_tviews.max_workers') = '4'"

# Before the time of the schedules has come all of them must be there: with more time if the machine needs it.
for ahead in 3 10 30 90; do
    due=$(sql main "SELECT date_trunc('second', now()) + '$ahead seconds'")
    in_time=$(sql main "
    BEGIN; TRUNCATE tview.run; UPDATE t SET n = 2;
    SELECT 'in time' WHERE (SELECT bool_and(next_run = '$due') FROM (
        SELECT tview_schedule('m' || i, format('%s %s %s * * *', extract(second FROM timestamptz '$due')::int,
               extract(minute FROM timestamptz '$due' AT TIME ZONE 'UTC'), extract(hour FROM timestamptz '$due' AT TIME ZONE 'UTC'))) AS next_run
        FROM generate_series(1, 50) i) x) AND clock_timestamp() < '$due';
    COMMIT")
    [ "$in_time" != "in time" ] || break
done
is "$in_time" "in time" "scheduled in time"
wait_for main "SELECT count(*) = 50 FROM tview.runs WHERE state = 'success'"
is "$(sql main "SELECT count(*), count(DISTINCT relation), bool_and(due_at = '$due'), bool_and(started_at >= due_at) FROM tview.runs")" \
    "50|50|t|t" "50 views due in the same second: each runs once, none too early"
is "$(sql main "SELECT max(n) <= 4, max(n) > 1 FROM (SELECT count(*) AS n FROM tview.runs a
                JOIN tview.runs b ON b.started_at < a.finished_at AND b.finished_at >= a.finished_at GROUP BY a.run_id) x")" \
    "t|t" "up to pg_tviews.max_workers of them at the same time"
is "$(sql main "SELECT min(n), max(n) FROM tview.runs, LATERAL (SELECT (xpath('/row/busy/text()', query_to_xml(
                'SELECT busy FROM ' || relation_name, true, true, '')))[1]::text AS n) x")" "2|2" "all are fresh"
echo "# the last of 50 was done $(sql main "SELECT max(finished_at) - '$due' FROM tview.runs") after the due time"

# What is read runs before what reads it, through a view between them too.
sql main "
SELECT count(tview_unregister(view)) FROM tview.registrations;
TRUNCATE tview.run;
CREATE MATERIALIZED VIEW ground AS SELECT busy(n) AS n FROM t;
CREATE VIEW between_them AS SELECT n FROM ground;
CREATE MATERIALIZED VIEW a_top AS SELECT n FROM between_them;
CREATE MATERIALIZED VIEW a_tower AS SELECT max(n) AS n FROM a_top;
UPDATE t SET n = 3;
BEGIN; SELECT tview_submit('a_tower', now()), tview_submit('a_top', now()), tview_submit('ground', now()); COMMIT" >/dev/null
wait_for main "SELECT count(*) = 3 FROM tview.runs WHERE state = 'success'"
is "$(sql main "SELECT relation_name FROM tview.runs ORDER BY started_at; SELECT n FROM a_tower")" "ground
a_top
a_tower
3" "what is read runs first"

# Overlap. Due a second after the run before began, which takes 2.5 seconds: the one is queued while that is still at work,
# the other is skipped.
sql main "
TRUNCATE tview.run;
CREATE FUNCTION slow() RETURNS int LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(2.5); RETURN 1; END';
CREATE MATERIALIZED VIEW lazy AS SELECT slow() WITH NO DATA; CREATE MATERIALIZED VIEW eager AS SELECT slow() WITH NO DATA;
SELECT tview_schedule('lazy', '1 second', overlap => 'skip'), tview_schedule('eager', '1 second', overlap => 'queue_one')" >/dev/null
overtaken="SELECT relation_name AS view, queued_at < lag(finished_at) OVER (PARTITION BY relation ORDER BY started_at) - interval '0.5 seconds' AS early
           FROM tview.runs WHERE state = 'success'"
wait_for main "SELECT count(*) FILTER (WHERE view = 'lazy') >= 2 AND count(*) FILTER (WHERE view = 'eager' AND early) >= 1 FROM ($overtaken) x"
is "$(sql main "SELECT count(*) FROM ($overtaken) x WHERE view = 'lazy' AND early")" "0" \
    "overlap queue_one runs what was due meanwhile, skip does not"
wait_for main "SELECT count(*) > 0 FROM tview.runs WHERE state = 'skipped'"
sql main "SELECT tview_unschedule('lazy'), tview_unschedule('eager')" >/dev/null
is "$(sql main "SELECT DISTINCT relation_name FROM tview.runs WHERE state = 'skipped'")" "lazy" \
    "overlap skip says what was skipped"
is "$(sql main "SELECT count(*) FROM tview.runs a JOIN tview.runs b ON a.relation = b.relation AND a.run_id < b.run_id
                AND a.started_at < b.finished_at AND b.started_at < a.finished_at")" "0" "never two runs of one view at a time"

# Delays are spread evenly over what the schedule allows.
sql main "
DO \$\$ BEGIN
  FOR i IN 1 .. 120 LOOP EXECUTE format('CREATE MATERIALIZED VIEW late%s AS SELECT 1 AS n', i); END LOOP;
END \$\$;
SELECT count(tview_schedule('late' || i, '1 second', jitter => '12 days')) FROM generate_series(1, 120) i" >/dev/null
delayed="tview.runs WHERE relation_name LIKE 'late%' AND trigger IN ('schedule', 'catch-up')"
wait_for main "SELECT count(DISTINCT relation) = 120 FROM $delayed"
is "$(sql main "SELECT min(due_at) >= min(queued_at) - interval '10 minutes', max(due_at) < max(queued_at) + interval '12 days' FROM $delayed")" "t|t" "jitter delays, and by no more than allowed"
is "$(sql main "SELECT count(*), min(n) >= 8 FROM (SELECT count(*) AS n FROM $delayed GROUP BY floor(greatest(0, extract(epoch FROM due_at - queued_at)) / 86400 / 3)) x")" \
    "4|t" "each quarter of it gets its share"
sql main "SELECT count(tview_unregister('late' || i)) FROM generate_series(1, 120) i" >/dev/null

# History is pruned.
sql main "SELECT tview_cancel(run_id) FROM tview.runs WHERE state IN ('queued', 'running');
          ALTER SYSTEM SET pg_tviews.runs_per_relation = 2; SELECT pg_reload_conf()" >/dev/null
for i in 1 2 3 4; do
    run=$(sql main "SELECT tview_submit('ground')")
    sql main "SELECT tview_wait($run, '120 s')" >/dev/null
done
is "$(sql main "SELECT count(*), max(run_id) = $run FROM tview.runs WHERE relation = 'ground'::regclass")" "2|t" \
    "of each view the latest pg_tviews.runs_per_relation are kept"
sql main "UPDATE tview.run SET queued_at = queued_at - interval '8 days' WHERE relation <> 'ground'::regclass" >/dev/null
run=$(sql main "SELECT tview_submit('ground')")
sql main "SELECT tview_wait($run, '120 s')" >/dev/null
wait_for main "SELECT count(*) = 0 FROM tview.runs WHERE relation <> 'ground'::regclass"
is "$(sql main "SELECT count(*) FROM tview.runs")" "2" "runs older than pg_tviews.run_retention go"
finish
