-- Stage scheduler: registering, checking, refreshing and scheduling.

CREATE FUNCTION @extschema@.tview_register(view regclass, mode text DEFAULT 'standard', schedule text DEFAULT NULL,
                                           timezone text DEFAULT NULL, if_not_exists boolean DEFAULT false)
    RETURNS tview.registration
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'tview_register';
COMMENT ON FUNCTION @extschema@.tview_register(regclass, text, text, text, boolean) IS
    'registers a materialized view: mode standard, concurrent, auto (NULL: pg_tviews.default_mode), schedule (NULL: on '
    'request only) in a time zone (NULL: pg_tviews.timezone). Errors: 42P01, 42809 no materialized view, 42501 not its '
    'owner (MAINTAIN suffices), 42710 registered already, 22023 mode, schedule or time zone';

CREATE FUNCTION @extschema@.tview_alter(view regclass, mode text DEFAULT NULL, schedule text DEFAULT NULL,
                                        timezone text DEFAULT NULL, enabled boolean DEFAULT NULL,
                                        overlap text DEFAULT NULL, missed_runs text DEFAULT NULL,
                                        jitter interval DEFAULT NULL, max_runtime interval DEFAULT NULL,
                                        max_attempts integer DEFAULT NULL)
    RETURNS tview.registration
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'tview_alter';
COMMENT ON FUNCTION @extschema@.tview_alter(regclass, text, text, text, boolean, text, text, interval, interval, integer) IS
    'changes a registration, or the rules and options of a TVIEW with refresh = scheduled; NULL keeps. enabled: false '
    'suspends the schedule; overlap: skip or queue_one; missed_runs: once, skip or all(n). Errors: as tview_register, '
    '42704 not registered, 55000 a TVIEW that is not scheduled';

CREATE FUNCTION @extschema@.tview_unregister(view regclass, if_exists boolean DEFAULT false) RETURNS boolean
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'tview_unregister';
COMMENT ON FUNCTION @extschema@.tview_unregister(regclass, boolean) IS
    'removes a registration, its schedule and its queued runs; the view stays. False if there was none and if_exists, '
    '42704 otherwise; 42501 not its owner';

CREATE FUNCTION @extschema@.tview_schedule(relation regclass, schedule text, timezone text DEFAULT 'UTC',
                                           overlap text DEFAULT NULL, missed_runs text DEFAULT NULL,
                                           jitter interval DEFAULT NULL, max_runtime interval DEFAULT NULL,
                                           max_attempts integer DEFAULT NULL)
    RETURNS timestamptz
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'tview_schedule';
COMMENT ON FUNCTION @extschema@.tview_schedule(regclass, text, text, text, text, interval, interval, integer) IS
    'gives a materialized view (registered if it was not) or a TVIEW a schedule, and enables it; returns the next run. '
    'Errors: 42P01, 42809 neither, 42501 not its owner, 22023 schedule (DETAIL names the field), time zone or option';

CREATE FUNCTION @extschema@.tview_unschedule(relation regclass) RETURNS boolean
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'tview_unschedule';
COMMENT ON FUNCTION @extschema@.tview_unschedule(regclass) IS
    'takes the schedule and the queued runs away, the registration stays; false if there was no schedule. Errors: 42P01, '
    '42809, 42501, 42704 not registered';

CREATE FUNCTION @extschema@.tview_check(view regclass, mode text DEFAULT NULL,
                                        OUT check_name text, OUT ok boolean, OUT sqlstate text, OUT detail text,
                                        OUT hint text)
    RETURNS SETOF record
    LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 5
    AS 'MODULE_PATHNAME', 'tview_check';
COMMENT ON FUNCTION @extschema@.tview_check(regclass, text) IS
    'what a refresh in this mode (NULL: as registered) needs, and the SQLSTATE it would fail with; refreshes nothing, '
    'waits for nothing (prerequisites of a view that is being refreshed in mode standard are not looked at). '
    'Errors: 42P01, 42809 no materialized view, 22023 unknown mode';

CREATE FUNCTION @extschema@.tview_refresh(relation regclass, mode text DEFAULT NULL,
                                          OUT relation regclass, OUT kind text, OUT mode text, OUT status text,
                                          OUT duration_ms double precision,
                                          OUT rows_inserted bigint, OUT rows_updated bigint, OUT rows_deleted bigint)
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'tview_refresh';
COMMENT ON FUNCTION @extschema@.tview_refresh(regclass, text) IS
    'recomputes a TVIEW and writes only the differences (kind tview), or refreshes a materialized view (kind matview, '
    'row counts NULL), which is registered if it was not. mode: standard, concurrent, auto, NULL for as registered; a TVIEW '
    'is always refreshed concurrently. Errors: 42P01, 42809 neither, 42501 not the owner, 22023 unknown mode, 55P03 being '
    'refreshed already or locked longer than pg_tviews.lock_timeout, 55000 not populated or no usable unique index for '
    'concurrent, 25006 on a standby, and those of the query';

CREATE FUNCTION tview.index_advice(view regclass) RETURNS text
    LANGUAGE c STABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'tview_index_advice';
COMMENT ON FUNCTION tview.index_advice(regclass) IS
    'the CREATE UNIQUE INDEX that lets a materialized view be refreshed concurrently; NULL if it has one already, or if '
    'neither its query nor its indexes say which columns are unique';

CREATE VIEW tview.candidates AS
    SELECT c.oid::pg_catalog.regclass AS view, n.nspname AS schema_name, c.relname AS view_name,
           pg_catalog.pg_get_userbyid(c.relowner) AS owner,
           r.view IS NOT NULL AS registered,
           c.relispopulated AS populated,
           tview.usable_index(c.oid::pg_catalog.regclass) AS usable_index,
           tview.index_advice(c.oid::pg_catalog.regclass) AS create_index
      FROM pg_catalog.pg_class c
      JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
      LEFT JOIN tview.registration r ON r.view::pg_catalog.oid OPERATOR(pg_catalog.=) c.oid
     WHERE c.relkind OPERATOR(pg_catalog.=) 'm';
COMMENT ON VIEW tview.candidates IS
    'every materialized view: whether it is registered and populated, the unique index a concurrent refresh would use, and '
    'the command that creates one where it is missing';
GRANT SELECT ON tview.candidates TO PUBLIC;

