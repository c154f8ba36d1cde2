-- Without shared_preload_libraries there is no scheduler, and what needs one says so.
\set VERBOSITY sqlstate
CREATE MATERIALIZED VIEW total AS SELECT 1 AS n;
SELECT tview_submit('total');
SELECT tview_retry(1);
SELECT database = current_database() AS here, running, pid, next_due, workers_in_use, why_idle, wakeups, launcher_pid, launcher_wakeups
FROM tview.scheduler;
SELECT mode, status FROM tview_refresh('total');
DROP MATERIALIZED VIEW total;
