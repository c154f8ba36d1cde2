-- complain if script is sourced in psql, rather than via CREATE EXTENSION
\echo Use "CREATE EXTENSION pg_tviews" to load this file. \quit

-- stage catalog -----------------------------------------------------------------------------------------------

CREATE SCHEMA tview;
COMMENT ON SCHEMA tview IS 'catalog and monitoring views of pg_tviews';
GRANT USAGE ON SCHEMA tview TO PUBLIC;

CREATE TABLE tview.tview (
    relid      regclass    NOT NULL,
    view       regclass    NOT NULL,
    refresh    text        NOT NULL DEFAULT 'immediate'
               CONSTRAINT tview_refresh_check CHECK (refresh IN ('immediate', 'deferred', 'scheduled', 'manual')),
    key        text[],
    schedule   text,
    timezone   text,
    notify     text,
    populated  boolean     NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    CONSTRAINT tview_pkey PRIMARY KEY (relid),
    CONSTRAINT tview_view_key UNIQUE (view)
);
COMMENT ON TABLE tview.tview IS 'one row per TVIEW';
COMMENT ON COLUMN tview.tview.relid IS 'the TVIEW table';
COMMENT ON COLUMN tview.tview.view IS 'the view that holds the defining query';
COMMENT ON COLUMN tview.tview.refresh IS 'when it is brought up to date: immediate, deferred, scheduled or manual';
COMMENT ON COLUMN tview.tview.key IS 'columns given by the option "key"; NULL when chosen by pg_tviews';
COMMENT ON COLUMN tview.tview.schedule IS 'when a scheduled TVIEW is brought up to date';
COMMENT ON COLUMN tview.tview.timezone IS 'time zone of the schedule';
COMMENT ON COLUMN tview.tview.notify IS 'channel of change events; NULL for none';
COMMENT ON COLUMN tview.tview.populated IS 'false after WITH NO DATA, until the first refresh';
COMMENT ON COLUMN tview.tview.created_at IS 'start of the transaction that created it';

CREATE TABLE tview.dependency (
    tview   regclass   NOT NULL,
    source  regclass   NOT NULL,
    depth   integer    NOT NULL,
    path    regclass[] NOT NULL,
    columns text[]     NOT NULL,
    CONSTRAINT dependency_pkey PRIMARY KEY (tview, source)
);
CREATE INDEX dependency_source_idx ON tview.dependency (source);
COMMENT ON TABLE tview.dependency IS 'one row per TVIEW and relation its query reads, directly or through views';
COMMENT ON COLUMN tview.dependency.tview IS 'the TVIEW';
COMMENT ON COLUMN tview.dependency.source IS 'the table, materialized view, foreign table or TVIEW it reads';
COMMENT ON COLUMN tview.dependency.depth IS '1 for a relation named in the query, 2 through one view, …';
COMMENT ON COLUMN tview.dependency.path IS 'the relations walked through, from the backing view to the source';
COMMENT ON COLUMN tview.dependency.columns IS 'the columns read';

SELECT pg_catalog.pg_extension_config_dump('tview.tview', '');
SELECT pg_catalog.pg_extension_config_dump('tview.dependency', '');
GRANT SELECT ON tview.tview, tview.dependency TO PUBLIC;

CREATE VIEW tview.tviews AS
    SELECT t.relid::pg_catalog.text AS name,
           t.view AS backing_view,
           pg_catalog.pg_get_userbyid(c.relowner) AS owner,
           t.refresh, t.schedule, t.key, t.populated, t.created_at,
           pg_catalog.pg_get_viewdef(t.view) AS definition,
           t.relid AS tview,
           t.timezone, t.notify
      FROM tview.tview t
      JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) t.relid;
COMMENT ON VIEW tview.tviews IS 'all TVIEWs of this database';

CREATE VIEW tview.dependencies AS
    SELECT d.tview, d.source, d.depth, d.path::pg_catalog.text[] AS path, d.columns
      FROM tview.dependency d;
COMMENT ON VIEW tview.dependencies IS 'what each TVIEW reads: source, depth, the path walked and the columns';

GRANT SELECT ON tview.tviews, tview.dependencies TO PUBLIC;

-- stage monitoring --------------------------------------------------------------------------------------------

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

-- stage capture -----------------------------------------------------------------------------------------------

CREATE FUNCTION @extschema@.tview_capture_row() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'tview_capture_row';
COMMENT ON FUNCTION @extschema@.tview_capture_row() IS
    'row trigger of the sources of TVIEWs: collects the images of changed rows';

CREATE FUNCTION @extschema@.tview_capture_statement() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'tview_capture_statement';
COMMENT ON FUNCTION @extschema@.tview_capture_statement() IS
    'BEFORE STATEMENT trigger of the sources of TVIEWs: makes sure that the library is loaded';

CREATE FUNCTION @extschema@.tview_capture_truncate() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'tview_capture_truncate';
COMMENT ON FUNCTION @extschema@.tview_capture_truncate() IS
    'TRUNCATE trigger of the sources of TVIEWs: everything may have changed';

-- stage maintenance: flush ------------------------------------------------------------------------------------

CREATE FUNCTION @extschema@.tview_flush() RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE STRICT
    AS 'MODULE_PATHNAME', 'tview_flush';
COMMENT ON FUNCTION @extschema@.tview_flush() IS
    'brings all TVIEWs with pending changes up to date now, deferred ones too; returns the rows written. 55000 inside a data-modifying statement';

-- stage ddl ---------------------------------------------------------------------------------------------------

CREATE FUNCTION tview.write_guard() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'tview_write_guard';
COMMENT ON FUNCTION tview.write_guard() IS 'trigger on every TVIEW: refuses direct writes (55000)';

CREATE FUNCTION tview.on_ddl_start() RETURNS event_trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'tview_on_ddl_start';
COMMENT ON FUNCTION tview.on_ddl_start() IS 'loads the library before commands that may be about TVIEWs';
CREATE FUNCTION tview.on_ddl_end() RETURNS event_trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'tview_on_ddl_end';
COMMENT ON FUNCTION tview.on_ddl_end() IS 'brings TVIEWs in line with what DDL changed';
CREATE FUNCTION tview.on_drop() RETURNS event_trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'tview_on_drop';
COMMENT ON FUNCTION tview.on_drop() IS 'removes what belonged to dropped TVIEWs';

CREATE EVENT TRIGGER tview_on_ddl_start ON ddl_command_start
    WHEN TAG IN ('CREATE MATERIALIZED VIEW', 'DROP MATERIALIZED VIEW', 'ALTER MATERIALIZED VIEW',
                 'REFRESH MATERIALIZED VIEW', 'ALTER TABLE', 'COMMENT', 'CREATE VIEW', 'DROP TABLE', 'DROP VIEW',
                 'DROP SCHEMA', 'DROP OWNED', 'DROP FOREIGN TABLE')
    EXECUTE FUNCTION tview.on_ddl_start();
ALTER EVENT TRIGGER tview_on_ddl_start ENABLE ALWAYS;
CREATE EVENT TRIGGER tview_on_ddl_end ON ddl_command_end
    WHEN TAG IN ('ALTER TABLE', 'ALTER FOREIGN TABLE', 'ALTER MATERIALIZED VIEW', 'ALTER VIEW', 'ALTER FUNCTION',
                 'ALTER AGGREGATE', 'ALTER PROCEDURE', 'ALTER TYPE', 'ALTER ROUTINE', 'CREATE TABLE', 'CREATE FOREIGN TABLE',
                 'CREATE MATERIALIZED VIEW', 'CREATE VIEW', 'CREATE FUNCTION', 'CREATE AGGREGATE', 'CREATE TRIGGER',
                 'ALTER TRIGGER', 'DROP TRIGGER', 'CREATE RULE', 'CREATE SCHEMA', 'REFRESH MATERIALIZED VIEW')
    EXECUTE FUNCTION tview.on_ddl_end();
ALTER EVENT TRIGGER tview_on_ddl_end ENABLE ALWAYS;
CREATE EVENT TRIGGER tview_on_drop ON sql_drop EXECUTE FUNCTION tview.on_drop();
ALTER EVENT TRIGGER tview_on_drop ENABLE ALWAYS;
COMMENT ON EVENT TRIGGER tview_on_ddl_start IS 'pg_tviews: loads the library before commands that may be about TVIEWs';
COMMENT ON EVENT TRIGGER tview_on_ddl_end IS 'pg_tviews: brings TVIEWs in line with what DDL changed';
COMMENT ON EVENT TRIGGER tview_on_drop IS 'pg_tviews: removes what belonged to dropped TVIEWs';

CREATE FUNCTION @extschema@.tview_create(name text, query text, options jsonb DEFAULT '{}', if_not_exists boolean DEFAULT false,
                             or_replace boolean DEFAULT false) RETURNS regclass
    LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'tview_create';
COMMENT ON FUNCTION @extschema@.tview_create(text, text, jsonb, boolean, boolean) IS
    'creates a TVIEW: name (may be qualified and quoted), query (one SELECT), options (as in WITH), if_not_exists, or_replace';
CREATE FUNCTION @extschema@.tview_drop(name text, if_exists boolean DEFAULT false, cascade boolean DEFAULT false) RETURNS boolean
    LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'tview_drop';
COMMENT ON FUNCTION @extschema@.tview_drop(text, boolean, boolean) IS
    'drops a TVIEW; false if it does not exist and if_exists, 42704 otherwise; 42809 if the relation is no TVIEW';

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
