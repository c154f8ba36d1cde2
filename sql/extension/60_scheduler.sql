-- Stage scheduler: runs on request, and what the scheduler does.

CREATE FUNCTION @extschema@.tview_submit(relation regclass, run_at timestamptz DEFAULT pg_catalog.now()) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'tview_submit';
COMMENT ON FUNCTION @extschema@.tview_submit(regclass, timestamptz) IS
    'queues a refresh of a materialized view (registered if it was not) or TVIEW, to be started in the background at run_at, but not before this '
    'transaction commits; returns its run_id. Errors: 42809 neither, 42501 not its owner, 55000 no scheduler, 25006';

CREATE FUNCTION @extschema@.tview_cancel(run_id bigint) RETURNS boolean
    LANGUAGE c VOLATILE PARALLEL UNSAFE STRICT
    AS 'MODULE_PATHNAME', 'tview_cancel';
COMMENT ON FUNCTION @extschema@.tview_cancel(bigint) IS
    'cancels a run: takes a queued one out of the queue when this transaction commits, interrupts one at work at once. '
    'False if it had ended already. Errors: 42704 no such run, 42501 not the owner of the relation, 25006';

CREATE FUNCTION @extschema@.tview_retry(run_id bigint) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE STRICT
    AS 'MODULE_PATHNAME', 'tview_retry';
COMMENT ON FUNCTION @extschema@.tview_retry(bigint) IS
    'queues the relation of a run that has ended for another one at once, also where its schedule is stopped; returns '
    'the new run_id. Errors: 42704 no such run, or the materialized view is not registered any more, 55000 it has not ended, '
    'or no scheduler, 42501 not the owner, 25006';

CREATE FUNCTION @extschema@.tview_wait(run_id bigint, timeout interval DEFAULT NULL) RETURNS text
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'tview_wait';
COMMENT ON FUNCTION @extschema@.tview_wait(bigint, interval) IS
    'waits until a run has ended, or for timeout (NULL: without limit); returns its state then, queued or running after '
    'a timeout. Errors: 42704 no such run, 55000 it was queued by this transaction, or not READ COMMITTED, 25006';

CREATE FUNCTION tview.definition_fingerprint(relation regclass) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    BEGIN ATOMIC
        WITH RECURSIVE part (oid) AS (
            SELECT $1::pg_catalog.oid
            UNION
            SELECT d.refobjid
              FROM part
              LEFT JOIN tview.tview t ON t.relid OPERATOR(pg_catalog.=) part.oid
              JOIN pg_catalog.pg_rewrite w ON w.ev_class OPERATOR(pg_catalog.=) COALESCE(t.view::pg_catalog.oid, part.oid)
              JOIN pg_catalog.pg_depend d ON d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_rewrite'::pg_catalog.regclass
                                         AND d.objid OPERATOR(pg_catalog.=) w.oid
                                         AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
        )
        SELECT pg_catalog.md5(pg_catalog.string_agg(x.version, ' ' ORDER BY x.version COLLATE "C"))
          FROM (SELECT pg_catalog.format('%s:%s', c.oid, c.xmin) AS version
                  FROM pg_catalog.pg_class c JOIN part ON part.oid OPERATOR(pg_catalog.=) c.oid
                UNION ALL
                SELECT pg_catalog.format('%s:%s', i.indexrelid, i.xmin)
                  FROM pg_catalog.pg_index i WHERE i.indrelid OPERATOR(pg_catalog.=) $1::pg_catalog.oid
                UNION ALL
                SELECT pg_catalog.format('%s:%s', w.oid, w.xmin)
                  FROM pg_catalog.pg_rewrite w JOIN part ON part.oid OPERATOR(pg_catalog.=) w.ev_class) x;
    END;
COMMENT ON FUNCTION tview.definition_fingerprint(regclass) IS
    'changes with the definition, indexes and privileges of a relation and with those of the relations it reads';

CREATE FUNCTION tview.wake_scheduler() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'tview_wake_scheduler';
COMMENT ON FUNCTION tview.wake_scheduler() IS
    'trigger on the tables of schedules: the scheduler looks at them when the transaction commits (a restore, for one)';
CREATE TRIGGER wake_scheduler AFTER INSERT OR DELETE OR UPDATE OF schedule, timezone, enabled, jitter
    ON tview.registration FOR EACH STATEMENT EXECUTE FUNCTION tview.wake_scheduler();
CREATE TRIGGER wake_scheduler AFTER INSERT OR DELETE OR UPDATE
    ON tview.tview FOR EACH STATEMENT EXECUTE FUNCTION tview.wake_scheduler();

CREATE FUNCTION tview.scheduler_status(
        OUT database oid, OUT running boolean, OUT pid integer, OUT next_due timestamptz, OUT workers_in_use integer,
        OUT max_workers integer, OUT why_idle text, OUT wakeups bigint, OUT launcher_pid integer,
        OUT launcher_wakeups bigint)
    RETURNS SETOF record
    LANGUAGE c VOLATILE PARALLEL RESTRICTED
    AS 'MODULE_PATHNAME', 'tview_scheduler_status';
COMMENT ON FUNCTION tview.scheduler_status() IS
    'what the processes of the scheduler do, a row per database with the extension; shown by tview.scheduler';

CREATE VIEW tview.scheduler AS
    SELECT d.datname AS database, s.running, s.pid, s.next_due, s.workers_in_use, s.max_workers, s.why_idle, s.wakeups,
           s.launcher_pid, s.launcher_wakeups
      FROM tview.scheduler_status() s
      JOIN pg_catalog.pg_database d ON d.oid OPERATOR(pg_catalog.=) s.database;
COMMENT ON VIEW tview.scheduler IS
    'the scheduler, per database: running, pid of the process that watches its clock (the launcher while nothing is to be '
    'done soon), when the next run is due, workers in use, why nothing runs, and how often it woke up since the server started';
COMMENT ON COLUMN tview.scheduler.database IS 'name of the database';
COMMENT ON COLUMN tview.scheduler.running IS 'whether what is due there is run';
COMMENT ON COLUMN tview.scheduler.pid IS 'process that watches its clock: its scheduler, or the launcher while nothing is due soon';
COMMENT ON COLUMN tview.scheduler.next_due IS 'when the next run is due; NULL if none is planned';
COMMENT ON COLUMN tview.scheduler.workers_in_use IS 'runs at work in this database';
COMMENT ON COLUMN tview.scheduler.max_workers IS 'pg_tviews.max_workers, for all databases together';
COMMENT ON COLUMN tview.scheduler.why_idle IS 'why no run starts now; NULL while runs are at work';
COMMENT ON COLUMN tview.scheduler.wakeups IS 'how often its scheduler looked at the clock';
COMMENT ON COLUMN tview.scheduler.launcher_pid IS 'the launcher, of which a server has one';
COMMENT ON COLUMN tview.scheduler.launcher_wakeups IS 'how often the launcher woke up, for all databases together';

GRANT SELECT ON tview.scheduler TO PUBLIC;
