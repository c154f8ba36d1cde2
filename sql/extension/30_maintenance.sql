-- Stage maintenance: bringing TVIEWs up to date.

CREATE FUNCTION @extschema@.tview_flush() RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE STRICT
    AS 'MODULE_PATHNAME', 'tview_flush';
COMMENT ON FUNCTION @extschema@.tview_flush() IS
    'brings all TVIEWs with pending changes up to date now, deferred ones too; returns the rows written. 55000 inside a data-modifying statement';

