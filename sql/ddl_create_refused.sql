-- CREATE TVIEW is refused with the SQLSTATE of the table in the documentation, and leaves nothing behind.
CREATE SCHEMA ddl_create_refused;
SET search_path = ddl_create_refused, public;

CREATE TABLE a (id int PRIMARY KEY, v text);
INSERT INTO a VALUES (1, 'x'), (2, 'y');
CREATE VIEW w AS SELECT id FROM a;

-- with DETAIL and HINT
CREATE TVIEW t WITH (colour = red) AS SELECT id FROM a;
CREATE TVIEW t WITH (refresh = sometimes) AS SELECT id FROM a;
CREATE TVIEW t WITH (refresh = deferred, schedule = '5 seconds') AS SELECT id FROM a;
CREATE TVIEW t WITH (refresh = scheduled, timezone = 'UTC') AS SELECT id FROM a;
CREATE TVIEW t WITH (schedule = '61 * * * *') AS SELECT id FROM a;
CREATE TVIEW t WITH (schedule = '@daily', timezone = 'Mars/Olympus') AS SELECT id FROM a;
CREATE TVIEW t WITH (notify = 'channel') AS SELECT id FROM a;
CREATE TVIEW t WITH (key = 'nope') AS SELECT id FROM a;
CREATE TVIEW t WITH (refresh = manual, refresh = deferred) AS SELECT id FROM a;
SELECT tview_create('t', 'SELECT nope FROM a');
SELECT tview_create('t', 'DELETE FROM a');
SELECT tview_create('t', 'SELECT id INTO b FROM a');


-- in the middle of a statement that writes to the source
CREATE FUNCTION create_in_between(int) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM tview_create('in_between', 'SELECT id, v FROM a', if_not_exists => true);
    RETURN 'new';
END $$;
UPDATE a SET v = create_in_between(id);
DO $$
DECLARE r record;
BEGIN
    FOR r IN SELECT id FROM a LOOP
        EXECUTE format('CREATE TVIEW while_reading_%s AS SELECT id FROM a WHERE id = %s', r.id, r.id);
        EXECUTE format('DROP TVIEW while_reading_%s', r.id);
    END LOOP;
END $$;

-- by SQLSTATE
\set VERBOSITY sqlstate
CREATE TVIEW a AS SELECT id FROM a;
CREATE TVIEW missing.t AS SELECT id FROM a;
CREATE TVIEW t AS SELECT id FROM nope;
CREATE TVIEW t (x, y) AS SELECT id FROM a;
CREATE TVIEW t (x, x) AS SELECT id, v FROM a;
CREATE TVIEW t AS SELECT id AS ctid FROM a;
CREATE TVIEW t WITH (fillfactor = 5000) AS SELECT id FROM a;
CREATE TVIEW t WITH (refresh) AS SELECT id FROM a;
CREATE TVIEW t WITH (other.fillfactor = 50) AS SELECT id FROM a;
CREATE TVIEW pg_temp.t AS SELECT id FROM a;
CREATE TVIEW t AS SELECT FROM a;
CREATE OR REPLACE TVIEW a AS SELECT id FROM a;
CREATE OR REPLACE TVIEW w AS SELECT id FROM a;
SELECT tview_create('t', '');
SELECT tview_create('t', 'SELECT 1; SELECT 2');
SELECT tview_create('t', 'SELECT 1 UNION (SELECT 2 INTO b)');
SELECT tview_create('t', 'CREATE TABLE b ()');
SELECT tview_create('t..', 'SELECT id FROM a');
SELECT tview_create('t', 'SELECT id FROM a', '[]');
SELECT tview_create('t', 'SELECT id FROM a', '{"refresh": {"a": 1}}');
SELECT tview_create('t', 'SELECT $1::int AS x');
BEGIN READ ONLY;
CREATE TVIEW t AS SELECT id FROM a;
ROLLBACK;
DO $$
DECLARE x int := 1;
BEGIN
    CREATE TVIEW t AS SELECT id + x AS y FROM a;
END $$;

-- an error after everything was created
CREATE TVIEW t AS SELECT id, 1 / (id - 2) AS y FROM a;
\set VERBOSITY default
SELECT relname FROM pg_class WHERE relnamespace = 'ddl_create_refused'::regnamespace ORDER BY 1;
SELECT tgname FROM pg_trigger WHERE tgrelid = 'a'::regclass;
SELECT * FROM tview.tview;
SELECT * FROM tview.dependency;
DROP SCHEMA ddl_create_refused CASCADE;
