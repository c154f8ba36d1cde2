-- Event triggers of others see the TVIEW commands, and may refuse them.
CREATE SCHEMA ddl_event_triggers;
SET search_path = ddl_event_triggers, public;
\i test/lib/oracle.sql

CREATE TABLE a (id int PRIMARY KEY, v text);
CREATE TABLE seen (n serial, event text, tag text, object text);
CREATE FUNCTION note() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
    IF tg_event = 'ddl_command_start' THEN
        INSERT INTO ddl_event_triggers.seen (event, tag) VALUES (tg_event, tg_tag);
    ELSIF tg_event = 'sql_drop' THEN
        INSERT INTO ddl_event_triggers.seen (event, tag, object)
            SELECT tg_event, tg_tag, object_type || ' ' || object_identity FROM pg_event_trigger_dropped_objects()
            WHERE object_type IN ('table', 'view');
    ELSE
        INSERT INTO ddl_event_triggers.seen (event, tag, object)
            SELECT tg_event, command_tag, object_type || ' ' || object_identity FROM pg_event_trigger_ddl_commands();
    END IF;
END $$;
CREATE EVENT TRIGGER regress_note_start ON ddl_command_start EXECUTE FUNCTION note();
CREATE EVENT TRIGGER regress_note_end ON ddl_command_end EXECUTE FUNCTION note();
CREATE EVENT TRIGGER regress_note_drop ON sql_drop EXECUTE FUNCTION note();
CREATE TVIEW t AS SELECT id, v FROM a;
CREATE OR REPLACE TVIEW t AS SELECT id FROM a;
CREATE MATERIALIZED VIEW m WITH (tview = true) AS SELECT id FROM a;
CREATE TVIEW IF NOT EXISTS t AS SELECT 1 AS x;
ALTER TVIEW t RENAME TO u;
SELECT tview_drop('m');
CREATE TABLE made AS SELECT tview_create('inner_one', 'SELECT id FROM a') AS made;
INSERT INTO a VALUES (1, 'x');
SELECT * FROM pg_temp.oracle();
DROP TVIEW u;
DROP EVENT TRIGGER regress_note_start, regress_note_end, regress_note_drop;
SELECT event, tag, object FROM seen ORDER BY n;

CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no new relations'; END $$;
CREATE EVENT TRIGGER regress_refuse ON ddl_command_end WHEN TAG IN ('CREATE TABLE AS', 'CREATE VIEW') EXECUTE FUNCTION refuse();
CREATE TVIEW t AS SELECT id, v FROM a;
CREATE OR REPLACE TVIEW t AS SELECT id, v FROM a;
DROP EVENT TRIGGER regress_refuse;
CREATE TVIEW t AS SELECT id, v FROM a;
SELECT name FROM tview.tviews ORDER BY name;
SET client_min_messages = error;
DROP SCHEMA ddl_event_triggers CASCADE;
