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

CREATE FUNCTION @extschema@.tview_locks(
        tview regclass,
        OUT source regclass, OUT edge_source regclass, OUT edge_columns text[], OUT way text, OUT query text)
    RETURNS SETOF record
    LANGUAGE c STABLE STRICT PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'tview_locks';
COMMENT ON FUNCTION @extschema@.tview_locks(regclass) IS
    'which values of edge_columns are locked against writers of edge_source when rows of source change; way: direct (the changed row holds them), query (this one finds them), whole (one lock for all rows); needs SELECT on the TVIEW (42501), 42809 if it is none';


CREATE FUNCTION tview.read_stats(
        OUT tview oid, OUT flushes bigint, OUT rows_inserted bigint, OUT rows_updated bigint, OUT rows_deleted bigint,
        OUT rows_unchanged bigint, OUT keys_recomputed bigint, OUT full_refreshes bigint, OUT time_ms double precision,
        OUT last_flush_at timestamptz, OUT errors bigint, OUT last_error text, OUT last_error_at timestamptz,
        OUT locks_taken bigint, OUT locks_waited bigint, OUT locks_escalated bigint, OUT lock_wait_ms double precision,
        OUT counted_since timestamptz)
    RETURNS SETOF record
    LANGUAGE c VOLATILE PARALLEL RESTRICTED
    AS 'MODULE_PATHNAME', 'tview_read_stats';
COMMENT ON FUNCTION tview.read_stats() IS 'the counters behind tview.stats, only of TVIEWs that were flushed or failed';

CREATE FUNCTION tview.stats_scope() RETURNS text
    LANGUAGE c STABLE PARALLEL RESTRICTED
    AS 'MODULE_PATHNAME', 'tview_stats_scope';
COMMENT ON FUNCTION tview.stats_scope() IS
    'what tview.stats counts: server, or only this session where the library is not preloaded';

CREATE FUNCTION tview.stats_complete_since() RETURNS timestamptz
    LANGUAGE c STABLE PARALLEL RESTRICTED
    AS 'MODULE_PATHNAME', 'tview_stats_complete_since';
COMMENT ON FUNCTION tview.stats_complete_since() IS
    'a TVIEW without counters was not flushed since then: start of the server or session, or later if counters had to be given up for lack of room';

CREATE VIEW tview.stats AS
    SELECT t.relid AS tview,
           coalesce(s.flushes, 0) AS flushes,
           coalesce(s.rows_inserted, 0) AS rows_inserted,
           coalesce(s.rows_updated, 0) AS rows_updated,
           coalesce(s.rows_deleted, 0) AS rows_deleted,
           coalesce(s.rows_unchanged, 0) AS rows_unchanged,
           coalesce(s.keys_recomputed, 0) AS keys_recomputed,
           coalesce(s.full_refreshes, 0) AS full_refreshes,
           coalesce(s.time_ms, 0) AS time_ms,
           s.last_flush_at,
           coalesce(s.errors, 0) AS errors,
           s.last_error,
           s.last_error_at,
           coalesce(s.locks_taken, 0) AS locks_taken,
           coalesce(s.locks_waited, 0) AS locks_waited,
           coalesce(s.locks_escalated, 0) AS locks_escalated,
           coalesce(s.lock_wait_ms, 0) AS lock_wait_ms,
           coalesce(s.counted_since, tview.stats_complete_since()) AS counted_since,
           tview.stats_scope() AS scope
      FROM tview.tview t
      LEFT JOIN tview.read_stats() s ON s.tview OPERATOR(pg_catalog.=) t.relid::pg_catalog.oid;
COMMENT ON VIEW tview.stats IS
    'what maintenance of each TVIEW did since counted_since, in this server or only in this session (scope); work of transactions that rolled back is counted too';
GRANT SELECT ON tview.stats TO PUBLIC;

CREATE FUNCTION @extschema@.tview_stats_reset(tview regclass DEFAULT NULL) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'tview_stats_reset';
COMMENT ON FUNCTION @extschema@.tview_stats_reset(regclass) IS
    'sets the counters of a TVIEW, or of all TVIEWs of this database, to zero. 42501 unless the caller owns them; 42704, 42809: no TVIEW';
