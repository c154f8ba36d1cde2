-- Stage capture: the trigger functions of source tables.

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

