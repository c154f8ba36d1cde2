-- Any name works: quoted, unicode, 63 bytes, with quotes and backslashes in it.
CREATE SCHEMA "registry NAMES";
SET search_path = "registry NAMES", public;
CREATE TABLE base (id int PRIMARY KEY, "Wert ""x""" int);
INSERT INTO base VALUES (1, 2);
SET client_min_messages = warning;
DO $do$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['Mixed Case', 'größe_日本語', 'with "quotes"', 'it''s', 'back\slash', 'select', '1st', 'a.b', '$$', '%s %n',
                                repeat('x', 63), repeat('ä', 31), E'tab\there', ' ']
    LOOP
        EXECUTE format('CREATE MATERIALIZED VIEW %I AS SELECT * FROM base', name);
        EXECUTE format('CREATE UNIQUE INDEX ON %I ("Wert ""x""")', name);
    END LOOP;
END
$do$;
SELECT view_name, (tview_schedule(view, '@yearly')) IS NOT NULL AS scheduled, tview_unschedule(view) AS unscheduled
FROM tview.candidates WHERE schema_name = 'registry NAMES' ORDER BY view_name COLLATE "C";
INSERT INTO base VALUES (2, 3);
SELECT c.view_name, (tview_refresh(c.view, 'concurrent')).status, (tview_refresh(c.view, 'standard')).status
FROM tview.candidates c WHERE schema_name = 'registry NAMES' ORDER BY view_name COLLATE "C";
SELECT DISTINCT xpath('/table/row/n/text()', query_to_xml(format('SELECT count(*) AS n FROM %s', view), true, false, ''))::text AS rows
FROM tview.candidates WHERE schema_name = 'registry NAMES';
SELECT view_name, last_refresh_status FROM tview.registrations WHERE schema_name = 'registry NAMES' ORDER BY view_name COLLATE "C";
SELECT create_index FROM tview.candidates WHERE view_name = 'with "quotes"';
CREATE MATERIALIZED VIEW "no ""index""" AS SELECT "Wert ""x""" FROM base GROUP BY 1;
SELECT create_index FROM tview.candidates WHERE view_name = 'no "index"';
DROP SCHEMA "registry NAMES" CASCADE;
SELECT count(*) AS left_behind FROM tview.registration WHERE view NOT IN (SELECT oid FROM pg_class);
