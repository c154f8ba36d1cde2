-- Stage ddl: the write guard, and the commands as functions.

CREATE FUNCTION tview.write_guard() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'tview_write_guard';
COMMENT ON FUNCTION tview.write_guard() IS 'trigger on every TVIEW: refuses direct writes (55000)';
CREATE FUNCTION tview.replica_guard() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'tview_replica_guard';
COMMENT ON FUNCTION tview.replica_guard() IS
    'trigger on every TVIEW for replication workers: leaves out the replicated rows of the TVIEW, since those of its sources bring it up to date';

CREATE FUNCTION @extschema@.tview_create(name text, query text, options jsonb DEFAULT '{}', if_not_exists boolean DEFAULT false,
                             or_replace boolean DEFAULT false) RETURNS regclass
    LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'tview_create';
COMMENT ON FUNCTION @extschema@.tview_create(text, text, jsonb, boolean, boolean) IS
    'creates a TVIEW: name (may be qualified and quoted), query (one SELECT), options (as in WITH), if_not_exists, or_replace';
CREATE FUNCTION @extschema@.tview_drop(name text, if_exists boolean DEFAULT false, cascade boolean DEFAULT false) RETURNS boolean
    LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'tview_drop';
COMMENT ON FUNCTION @extschema@.tview_drop(text, boolean, boolean) IS
    'drops a TVIEW; false if it does not exist and if_exists, 42704 otherwise; 42809 if the relation is no TVIEW';

