-- Runs on request: who may ask for what, and which errors say no.
\set VERBOSITY sqlstate
CREATE SCHEMA runs;
SET search_path = runs, public;
CREATE TABLE numbers (n int);
CREATE VIEW plain AS SELECT n FROM numbers;
CREATE MATERIALIZED VIEW total AS SELECT sum(n) AS total FROM numbers;
CREATE ROLE regress_runs_other;
GRANT USAGE ON SCHEMA runs TO regress_runs_other;

-- submit and wait
INSERT INTO numbers VALUES (1), (2);
SELECT tview_submit('total') AS run \gset
SELECT tview_wait(:run, '300 s');
SELECT total FROM total;
SELECT relation, trigger, state, attempt, mode_used, sqlstate, message FROM tview.runs WHERE run_id = :run;
SELECT last_refresh_status, consecutive_failures FROM tview.registrations WHERE view = 'total'::regclass;

-- later, and cancelled before
SELECT tview_submit('total', run_at => now() + interval '1 day') AS run \gset
SELECT tview_wait(:run, '10 ms');
SELECT tview_cancel(:run), tview_wait(:run, '300 s');
SELECT tview_cancel(:run) AS again;
SELECT state, message = 'canceled by ' || quote_ident(session_user) AS says_who FROM tview.runs WHERE run_id = :run;
SELECT tview_retry(:run) AS run \gset
SELECT tview_wait(:run, '300 s');
SELECT trigger, state FROM tview.runs WHERE run_id = :run;

-- an earlier failure is written down with all it said
CREATE MATERIALIZED VIEW ratio AS SELECT 1 / (n - 1) AS r FROM numbers WITH NO DATA;
SELECT tview_submit('ratio') AS run \gset
SELECT tview_wait(:run, '300 s');
SELECT relation, state, attempt, mode_used, sqlstate, message FROM tview.runs WHERE run_id = :run;
SELECT last_refresh_status, last_refresh_sqlstate, last_refresh_error, consecutive_failures
FROM tview.registrations WHERE view = 'ratio'::regclass;

-- refused
SELECT tview_submit('plain');
SELECT tview_submit('numbers');
SELECT tview_cancel(0);
SELECT tview_retry(0);
SELECT tview_wait(0);
BEGIN;
SELECT tview_submit('total', now() + interval '1 day') AS run \gset
SELECT tview_wait(:run) = 'never';
ROLLBACK;
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT tview_wait(1);
ROLLBACK;
SELECT tview_submit('total', now() + interval '1 day') AS run \gset
SELECT tview_retry(:run) = 0;
SET ROLE regress_runs_other;
SELECT tview_submit('total');
SELECT tview_cancel(:run);
SELECT tview_retry(:run);
SELECT tview_wait(:run, '1 ms');
SELECT message IS NULL AS hidden FROM tview.runs WHERE relation = 'ratio'::regclass;
RESET ROLE;
SELECT tview_cancel(:run);
SELECT tview_submit(NULL), tview_cancel(NULL), tview_retry(NULL), tview_wait(NULL);

-- a run is canceled with its relation
SELECT tview_submit('total', now() + interval '1 day') AS run \gset
DROP MATERIALIZED VIEW total;
SELECT state, message FROM tview.runs WHERE run_id = :run;

-- what a fingerprint depends on
SELECT tview.definition_fingerprint('ratio') AS before \gset
INSERT INTO numbers VALUES (3);
ANALYZE numbers;
SELECT tview.definition_fingerprint('ratio') = :'before' AS same_after_writes;
GRANT SELECT ON numbers TO regress_runs_other;
SELECT tview.definition_fingerprint('ratio') = :'before' AS same_after_grant;
SELECT tview.definition_fingerprint('ratio') AS before \gset
CREATE INDEX ratio_r ON ratio (r);
SELECT tview.definition_fingerprint('ratio') = :'before' AS same_after_index;

DO $$ -- the workers may still be on their way out
BEGIN
    FOR i IN 1 .. 6000 LOOP
        EXIT WHEN (SELECT workers_in_use = 0 FROM tview.scheduler WHERE database = current_database());
        PERFORM pg_sleep(0.01);
    END LOOP;
END
$$;
SELECT running, pid > 0 AS has_pid, workers_in_use, max_workers, wakeups > 0 AS woke, launcher_pid > 0 AS has_launcher
FROM tview.scheduler WHERE database = current_database();
SET client_min_messages = warning;
DROP SCHEMA runs CASCADE;
DROP ROLE regress_runs_other;
