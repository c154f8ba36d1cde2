-- Stage monitoring: what users look at.

CREATE FUNCTION @extschema@.tview_version() RETURNS text
    LANGUAGE c IMMUTABLE PARALLEL SAFE STRICT
    AS 'MODULE_PATHNAME', 'tview_version';
COMMENT ON FUNCTION @extschema@.tview_version() IS 'version of the pg_tviews library in this session';

CREATE FUNCTION @extschema@.tview_verify(tview regclass, repair boolean DEFAULT false,
                                         OUT missing bigint, OUT extra bigint)
    LANGUAGE c VOLATILE PARALLEL UNSAFE STRICT
    AS 'MODULE_PATHNAME', 'tview_verify';
COMMENT ON FUNCTION @extschema@.tview_verify(regclass, boolean) IS
    'rows of the query which the TVIEW lacks, and rows it has too many (two-way EXCEPT ALL); repair writes the '
    'differences (owner only: 42501). Changes not flushed yet count as differences. 42704, 42809: no TVIEW';

CREATE FUNCTION @extschema@.tview_refresh(relation regclass, mode text DEFAULT NULL,
                                          OUT relation regclass, OUT kind text, OUT mode text, OUT status text,
                                          OUT duration_ms double precision,
                                          OUT rows_inserted bigint, OUT rows_updated bigint, OUT rows_deleted bigint)
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'tview_refresh';
COMMENT ON FUNCTION @extschema@.tview_refresh(regclass, text) IS
    'recomputes a TVIEW and writes only the differences (kind tview), or refreshes a materialized view (kind matview, '
    'row counts NULL). mode: standard (default), concurrent, auto; a TVIEW is always refreshed concurrently. '
    'Errors: 42501 not the owner, 42809 neither, 22023 unknown mode';

CREATE FUNCTION @extschema@.tview_explain(
        tview regclass,
        OUT source regclass, OUT strategy text, OUT key text[], OUT columns text[], OUT query text, OUT reason text,
        OUT hint text)
    RETURNS SETOF record
    LANGUAGE c STABLE STRICT PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'tview_explain';
COMMENT ON FUNCTION @extschema@.tview_explain(regclass) IS
    'how changes of each source reach a TVIEW: strategy, key columns, columns read, derivation query, reason, hint; needs SELECT on the TVIEW (42501), 42809 if it is none';

CREATE FUNCTION @extschema@.tview_explain_query(
        query text,
        OUT source regclass, OUT strategy text, OUT key text[], OUT columns text[], OUT query text, OUT reason text,
        OUT hint text)
    RETURNS SETOF record
    LANGUAGE c STABLE STRICT PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'tview_explain_query';
COMMENT ON FUNCTION @extschema@.tview_explain_query(text) IS
    'what tview_explain would say of a TVIEW with this query; creates nothing; 0A000 if it cannot be a TVIEW';

