-- Stage scheduler: what a schedule may say and when it runs.

CREATE FUNCTION tview.check_schedule(schedule text) RETURNS boolean
    LANGUAGE c IMMUTABLE PARALLEL SAFE STRICT
    AS 'MODULE_PATHNAME', 'tview_check_schedule';
COMMENT ON FUNCTION tview.check_schedule(text) IS
    'true if the text is a schedule that can run; 22023 naming the field otherwise';

CREATE FUNCTION tview.check_timezone(timezone text) RETURNS boolean
    LANGUAGE c STABLE PARALLEL SAFE STRICT
    AS 'MODULE_PATHNAME', 'tview_check_timezone';
COMMENT ON FUNCTION tview.check_timezone(text) IS 'true if the text is a time zone known to this server; 22023 otherwise';

CREATE DOMAIN tview.schedule_text AS text
    CONSTRAINT schedule_text_check CHECK (tview.check_schedule(VALUE));
COMMENT ON DOMAIN tview.schedule_text IS
    'a cron expression with 5 or 6 fields, a macro (@hourly …) or an interval (''30 seconds''); 22023 for anything else';

CREATE DOMAIN tview.timezone_text AS text
    CONSTRAINT timezone_text_check CHECK (tview.check_timezone(VALUE));
COMMENT ON DOMAIN tview.timezone_text IS 'a time zone known to this server; 22023 for anything else';

CREATE FUNCTION @extschema@.tview_next_runs(schedule text, timezone text DEFAULT 'UTC',
                                            after timestamptz DEFAULT pg_catalog.now(), n integer DEFAULT 5)
    RETURNS SETOF timestamptz
    LANGUAGE c STABLE PARALLEL SAFE STRICT ROWS 5
    AS 'MODULE_PATHNAME', 'tview_next_runs';
COMMENT ON FUNCTION @extschema@.tview_next_runs(text, text, timestamptz, integer) IS
    'the next n runs of a schedule in a time zone after a time; intervals count from that time; no row for @reboot. '
    '22023: no schedule (DETAIL names the field), unknown time zone, negative n, infinite time';
