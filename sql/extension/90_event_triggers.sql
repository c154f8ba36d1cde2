-- Event triggers. Last, so that they do not fire while the extension is being created.

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
                 'DROP SCHEMA', 'DROP OWNED', 'DROP FOREIGN TABLE', 'CREATE INDEX', 'ALTER INDEX', 'DROP INDEX')
    EXECUTE FUNCTION tview.on_ddl_start();
ALTER EVENT TRIGGER tview_on_ddl_start ENABLE ALWAYS;
CREATE EVENT TRIGGER tview_on_ddl_end ON ddl_command_end
    WHEN TAG IN ('ALTER TABLE', 'ALTER FOREIGN TABLE', 'ALTER MATERIALIZED VIEW', 'ALTER VIEW', 'ALTER FUNCTION',
                 'ALTER AGGREGATE', 'ALTER PROCEDURE', 'ALTER TYPE', 'ALTER ROUTINE', 'CREATE TABLE', 'CREATE FOREIGN TABLE',
                 'CREATE MATERIALIZED VIEW', 'CREATE VIEW', 'CREATE FUNCTION', 'CREATE AGGREGATE', 'CREATE TRIGGER',
                 'ALTER TRIGGER', 'DROP TRIGGER', 'CREATE RULE', 'CREATE SCHEMA', 'REFRESH MATERIALIZED VIEW',
                 'CREATE INDEX', 'ALTER INDEX')
    EXECUTE FUNCTION tview.on_ddl_end();
ALTER EVENT TRIGGER tview_on_ddl_end ENABLE ALWAYS;
CREATE EVENT TRIGGER tview_on_drop ON sql_drop EXECUTE FUNCTION tview.on_drop();
ALTER EVENT TRIGGER tview_on_drop ENABLE ALWAYS;
COMMENT ON EVENT TRIGGER tview_on_ddl_start IS 'pg_tviews: loads the library before commands that may be about TVIEWs';
COMMENT ON EVENT TRIGGER tview_on_ddl_end IS 'pg_tviews: brings TVIEWs in line with what DDL changed';
COMMENT ON EVENT TRIGGER tview_on_drop IS 'pg_tviews: removes what belonged to dropped TVIEWs';
