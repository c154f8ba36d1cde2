-- Stage scheduler: which materialized views are registered, what is scheduled, and the history of runs.

CREATE TABLE tview.registration (
    id                       uuid             NOT NULL DEFAULT pg_catalog.gen_random_uuid()
                             CONSTRAINT registration_id_key UNIQUE,
    view                     regclass         NOT NULL CONSTRAINT registration_pkey PRIMARY KEY,
    refresh_mode             text             NOT NULL DEFAULT 'standard'
                             CONSTRAINT registration_refresh_mode_check
                             CHECK (refresh_mode IN ('standard', 'concurrent', 'auto')),
    schedule                 tview.schedule_text,
    timezone                 tview.timezone_text,
    enabled                  boolean          NOT NULL DEFAULT true,
    overlap                  text             NOT NULL DEFAULT 'skip'
                             CONSTRAINT registration_overlap_check CHECK (overlap IN ('skip', 'queue_one')),
    missed_runs              text             NOT NULL DEFAULT 'once'
                             CONSTRAINT registration_missed_runs_check
                             CHECK (missed_runs OPERATOR(pg_catalog.~) '^(once|skip|all\([1-9][0-9]{0,5}\))$'),
    jitter                   interval         NOT NULL DEFAULT '0'
                             CONSTRAINT registration_jitter_check CHECK (jitter BETWEEN '0' AND '31 days'),
    max_runtime              interval
                             CONSTRAINT registration_max_runtime_check CHECK (max_runtime OPERATOR(pg_catalog.>=) '0'),
    max_attempts             integer
                             CONSTRAINT registration_max_attempts_check CHECK (max_attempts OPERATOR(pg_catalog.>=) 1),
    last_refresh_at          timestamptz,
    last_refresh_duration_ms double precision,
    last_refresh_status      text
                             CONSTRAINT registration_last_refresh_status_check
                             CHECK (last_refresh_status IN ('success', 'error')),
    last_refresh_sqlstate    text,
    last_refresh_error       text,
    last_success_at          timestamptz,
    consecutive_failures     integer          NOT NULL DEFAULT 0
                             CONSTRAINT registration_consecutive_failures_check
                             CHECK (consecutive_failures OPERATOR(pg_catalog.>=) 0),
    created_at               timestamptz      NOT NULL DEFAULT pg_catalog.now(),
    updated_at               timestamptz      NOT NULL DEFAULT pg_catalog.now()
);
COMMENT ON TABLE tview.registration IS
    'one row per registered materialized view, and one per TVIEW that was given a schedule; shown by tview.registrations '
    'and tview.schedules';
COMMENT ON COLUMN tview.registration.view IS 'the materialized view, or the TVIEW';
COMMENT ON COLUMN tview.registration.id IS 'identifies the registration across dump and restore';
COMMENT ON COLUMN tview.registration.refresh_mode IS 'standard, concurrent, or auto: concurrent where that is possible';
COMMENT ON COLUMN tview.registration.schedule IS
    'when it is refreshed; NULL for on request only. NULL for a TVIEW too: its schedule is in tview.tview';
COMMENT ON COLUMN tview.registration.timezone IS 'time zone of the schedule';
COMMENT ON COLUMN tview.registration.enabled IS 'false while the schedule is suspended';
COMMENT ON COLUMN tview.registration.overlap IS
    'what happens when a run is due while the previous one is at work: skip, or queue_one';
COMMENT ON COLUMN tview.registration.missed_runs IS
    'what happens to the runs missed while the server was down: once, skip, or all(n) of the latest n';
COMMENT ON COLUMN tview.registration.jitter IS 'a run starts up to this much after it is due';
COMMENT ON COLUMN tview.registration.max_runtime IS 'a run is canceled after this time; NULL: pg_tviews.max_runtime';
COMMENT ON COLUMN tview.registration.max_attempts IS 'attempts of a run that failed for a passing reason; NULL: pg_tviews.max_attempts';
COMMENT ON COLUMN tview.registration.last_refresh_at IS 'when the last attempt that was not skipped began';
COMMENT ON COLUMN tview.registration.last_refresh_duration_ms IS 'milliseconds it took';
COMMENT ON COLUMN tview.registration.last_refresh_status IS 'success or error; NULL before the first attempt';
COMMENT ON COLUMN tview.registration.last_refresh_sqlstate IS 'SQLSTATE of the last attempt if it failed';
COMMENT ON COLUMN tview.registration.last_refresh_error IS 'message of the last attempt if it failed';
COMMENT ON COLUMN tview.registration.last_success_at IS 'when the last successful refresh began';
COMMENT ON COLUMN tview.registration.consecutive_failures IS 'attempts that failed since the last success';
COMMENT ON COLUMN tview.registration.created_at IS 'start of the transaction that registered it';
COMMENT ON COLUMN tview.registration.updated_at IS 'start of the transaction that last changed anything but the results';

CREATE TABLE tview.schedule_state (
    relation    regclass    NOT NULL CONSTRAINT schedule_state_pkey PRIMARY KEY,
    plan        text        NOT NULL,
    anchor      timestamptz NOT NULL,
    next_run_at timestamptz
);
COMMENT ON TABLE tview.schedule_state IS
    'where the clock stands for each scheduled relation; written by the scheduler alone, so that it never waits for users';
COMMENT ON COLUMN tview.schedule_state.relation IS 'the materialized view or TVIEW';
COMMENT ON COLUMN tview.schedule_state.plan IS 'what next_run_at was computed from, tview.schedules.plan: another plan, another computation';
COMMENT ON COLUMN tview.schedule_state.anchor IS 'the instant from which intervals are counted';
COMMENT ON COLUMN tview.schedule_state.next_run_at IS 'when the next run is due; NULL for never';

CREATE TABLE tview.run (
    run_id        bigint      NOT NULL GENERATED ALWAYS AS IDENTITY CONSTRAINT run_pkey PRIMARY KEY,
    relation      regclass    NOT NULL,
    relation_name text,
    trigger       text        NOT NULL
                  CONSTRAINT run_trigger_check CHECK (trigger IN ('schedule', 'manual', 'retry', 'catch-up')),
    state         text        NOT NULL DEFAULT 'queued'
                  CONSTRAINT run_state_check CHECK (state IN ('queued', 'running', 'success', 'error', 'skipped',
                                                              'timed_out', 'canceled', 'crashed')),
    due_at        timestamptz NOT NULL DEFAULT pg_catalog.now(),
    queued_at     timestamptz NOT NULL DEFAULT pg_catalog.now(),
    started_at    timestamptz,
    finished_at   timestamptz,
    attempt       integer     NOT NULL DEFAULT 1
                  CONSTRAINT run_attempt_check CHECK (attempt OPERATOR(pg_catalog.>=) 1),
    pid           integer,
    mode_used     text,
    sqlstate      text,
    message       text,
    detail        text,
    hint          text,
    fingerprint   text
);
CREATE INDEX run_relation_idx ON tview.run (relation, run_id);
CREATE INDEX run_queued_at_idx ON tview.run (queued_at);
CREATE INDEX run_open_idx ON tview.run (due_at, run_id) WHERE state IN ('queued', 'running');
COMMENT ON TABLE tview.run IS 'the history of refreshes, and those still to be done; shown by tview.runs';
COMMENT ON COLUMN tview.run.run_id IS 'increases with each run';
COMMENT ON COLUMN tview.run.relation IS 'the materialized view or TVIEW';
COMMENT ON COLUMN tview.run.relation_name IS 'its name when it was dropped; NULL while it is there';
COMMENT ON COLUMN tview.run.trigger IS
    'schedule; manual: tview_refresh() or tview_submit(); retry of a run that failed; catch-up for runs missed';
COMMENT ON COLUMN tview.run.state IS 'queued, running, success, error, skipped, timed_out, canceled or crashed';
COMMENT ON COLUMN tview.run.due_at IS 'when it was to start';
COMMENT ON COLUMN tview.run.queued_at IS 'when it was written down';
COMMENT ON COLUMN tview.run.started_at IS 'when it began';
COMMENT ON COLUMN tview.run.finished_at IS 'when it ended, in whatever way';
COMMENT ON COLUMN tview.run.attempt IS '1 for the first attempt';
COMMENT ON COLUMN tview.run.pid IS 'process that does or did it';
COMMENT ON COLUMN tview.run.mode_used IS 'standard or concurrent; incremental for a TVIEW with refresh = scheduled';
COMMENT ON COLUMN tview.run.sqlstate IS 'SQLSTATE of its error';
COMMENT ON COLUMN tview.run.message IS 'message of its error, or why it was skipped or canceled';
COMMENT ON COLUMN tview.run.detail IS 'DETAIL of its error';
COMMENT ON COLUMN tview.run.hint IS 'HINT of its error';
COMMENT ON COLUMN tview.run.fingerprint IS
    'tview.definition_fingerprint() when it failed in a way that does not heal by itself: as long as that stays, so does the failure';

SELECT pg_catalog.pg_extension_config_dump('tview.registration', '');

-- Errors may quote rows of the relation: its owner and those who may read all statistics see them.
CREATE FUNCTION tview.may_see_errors(relation regclass) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    BEGIN ATOMIC
        SELECT pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE')
            OR EXISTS (SELECT FROM pg_catalog.pg_class c
                       WHERE c.oid OPERATOR(pg_catalog.=) $1::pg_catalog.oid
                         AND pg_catalog.pg_has_role(c.relowner, 'USAGE'));
    END;
COMMENT ON FUNCTION tview.may_see_errors(regclass) IS
    'whether the current user may see what went wrong when the relation was refreshed: its owner, and pg_read_all_stats';

-- The lock of tview_refresh(): class 21581 (0x544D). A REFRESH of a materialized view issued directly takes only the
-- relation's own lock, in a mode that nothing else but DDL takes.
CREATE VIEW tview.refreshing AS
    SELECT x.view::pg_catalog.regclass AS view, pg_catalog.min(x.pid) AS pid
      FROM (SELECT l.locktype, l.pid,
                   CASE WHEN l.locktype OPERATOR(pg_catalog.=) 'advisory' THEN l.classid ELSE l.relation END AS view
              FROM pg_catalog.pg_locks l
              JOIN pg_catalog.pg_database d ON d.oid OPERATOR(pg_catalog.=) l.database
             WHERE l.granted AND l.pid IS NOT NULL
               AND d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()
               AND (   (l.locktype OPERATOR(pg_catalog.=) 'advisory' AND l.objid OPERATOR(pg_catalog.=) 0::pg_catalog.oid
                        AND l.objsubid OPERATOR(pg_catalog.=) 21581::pg_catalog.int2)
                    OR (l.locktype OPERATOR(pg_catalog.=) 'relation'
                        AND l.mode IN ('ExclusiveLock', 'AccessExclusiveLock')))) x
      JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) x.view
     WHERE c.relkind OPERATOR(pg_catalog.=) 'm' OR x.locktype OPERATOR(pg_catalog.=) 'advisory'
     GROUP BY x.view;
COMMENT ON VIEW tview.refreshing IS
    'the materialized views and TVIEWs that are being refreshed now, through tview_refresh() or directly, and by which process';

CREATE FUNCTION tview.usable_index(view regclass) RETURNS regclass
    LANGUAGE sql STABLE PARALLEL SAFE
    BEGIN ATOMIC
        SELECT i.indexrelid::pg_catalog.regclass
        FROM pg_catalog.pg_index i
        JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) i.indexrelid
        JOIN pg_catalog.pg_am a ON a.oid OPERATOR(pg_catalog.=) c.relam
        WHERE i.indrelid OPERATOR(pg_catalog.=) $1::pg_catalog.oid
          AND i.indisunique AND i.indisvalid AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL
          AND a.amname OPERATOR(pg_catalog.=) 'btree'
        ORDER BY i.indnatts, i.indexrelid
        LIMIT 1;
    END;
COMMENT ON FUNCTION tview.usable_index(regclass) IS
    'a unique index with which the materialized view can be refreshed concurrently; NULL if there is none';

CREATE VIEW tview.registrations AS
    SELECT r.id, r.view, n.nspname AS schema_name, c.relname AS view_name,
           pg_catalog.pg_get_userbyid(c.relowner) AS owner,
           r.refresh_mode, r.last_refresh_at, r.last_refresh_duration_ms, r.last_refresh_status,
           CASE WHEN tview.may_see_errors(r.view) THEN r.last_refresh_error END AS last_refresh_error,
           r.last_success_at, r.consecutive_failures,
           r.schedule, r.timezone, r.enabled,
           CASE WHEN NOT r.enabled THEN NULL
                WHEN s.next_run_at IS NOT NULL THEN s.next_run_at
                ELSE (SELECT t.next FROM @extschema@.tview_next_runs(r.schedule, COALESCE(r.timezone, 'UTC'),
                                                                     pg_catalog.now(), 1) AS t (next))
           END AS next_run_at,
           f.pid AS running_pid,
           c.relispopulated AS populated,
           tview.usable_index(r.view) AS usable_index,
           r.created_at, r.updated_at,
           r.last_refresh_sqlstate, r.overlap, r.missed_runs, r.jitter, r.max_runtime, r.max_attempts
      FROM tview.registration r
      JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) r.view::pg_catalog.oid
      JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
      LEFT JOIN tview.refreshing f ON f.view OPERATOR(pg_catalog.=) r.view
      LEFT JOIN tview.schedule_state s ON s.relation OPERATOR(pg_catalog.=) r.view
       AND s.plan OPERATOR(pg_catalog.=) pg_catalog.format('%s %s', COALESCE(r.timezone, 'UTC'), r.schedule)
     WHERE c.relkind OPERATOR(pg_catalog.=) 'm';
COMMENT ON VIEW tview.registrations IS
    'the registered materialized views: how and when they are refreshed, how it went, and what a concurrent refresh would need';

CREATE VIEW tview.schedules AS
    SELECT x.relation, x.kind, x.schedule, x.timezone,
           pg_catalog.format('%s %s', x.timezone, x.schedule) AS plan,
           COALESCE(r.enabled, true) AS enabled,
           COALESCE(r.refresh_mode, 'auto') AS refresh_mode,
           COALESCE(r.overlap, 'skip') AS overlap,
           COALESCE(r.missed_runs, 'once') AS missed_runs,
           COALESCE(r.jitter, '0') AS jitter,
           r.max_runtime, r.max_attempts,
           COALESCE(r.created_at, x.created_at) AS created_at,
           -- Until the scheduler has planned the next run, and where there is none, what it would plan.
           CASE WHEN NOT COALESCE(r.enabled, true) THEN NULL
                WHEN s.plan OPERATOR(pg_catalog.=) pg_catalog.format('%s %s', x.timezone, x.schedule) THEN s.next_run_at
                ELSE (SELECT t.next FROM @extschema@.tview_next_runs(x.schedule, x.timezone, pg_catalog.now(), 1) AS t (next))
           END AS next_run_at,
           s.anchor, s.plan AS planned,
           r.last_refresh_at, r.last_refresh_status, r.last_success_at, r.consecutive_failures
      FROM (SELECT g.view AS relation, 'matview' AS kind, g.schedule, COALESCE(g.timezone, 'UTC') AS timezone, g.created_at
              FROM tview.registration g
             WHERE g.schedule IS NOT NULL
            UNION ALL
            SELECT t.relid, 'tview', t.schedule, COALESCE(t.timezone, 'UTC'), t.created_at
              FROM tview.tview t
             WHERE t.refresh OPERATOR(pg_catalog.=) 'scheduled' AND t.schedule IS NOT NULL) x
      LEFT JOIN tview.registration r ON r.view OPERATOR(pg_catalog.=) x.relation
      LEFT JOIN tview.schedule_state s ON s.relation OPERATOR(pg_catalog.=) x.relation;
COMMENT ON VIEW tview.schedules IS
    'everything that has a schedule, materialized views and TVIEWs: when the next run is due, the rules it follows, how the last one went';

CREATE VIEW tview.runs AS
    SELECT r.run_id, r.relation, r.trigger, r.state, r.due_at, r.queued_at, r.started_at, r.finished_at, r.attempt, r.pid,
           r.mode_used, r.sqlstate,
           CASE WHEN m.visible THEN r.message END AS message,
           CASE WHEN m.visible THEN r.detail END AS detail,
           CASE WHEN m.visible THEN r.hint END AS hint,
           COALESCE(r.relation_name, r.relation::pg_catalog.text) AS relation_name
      FROM tview.run r
     CROSS JOIN LATERAL (SELECT tview.may_see_errors(r.relation) AS visible) m;
COMMENT ON VIEW tview.runs IS
    'refreshes done, at work and queued; kept for pg_tviews.run_retention and at most pg_tviews.runs_per_relation each';

GRANT SELECT ON tview.refreshing, tview.registrations, tview.schedules, tview.runs TO PUBLIC;

