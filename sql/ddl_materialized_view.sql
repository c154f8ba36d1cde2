-- The commands on materialized views do on a TVIEW what they say, and nothing new to other materialized views.
CREATE SCHEMA ddl_materialized_view;
SET search_path = ddl_materialized_view, public;
\i test/lib/oracle.sql

CREATE TABLE a (id int PRIMARY KEY, v text);
INSERT INTO a VALUES (1, 'x');
CREATE MATERIALIZED VIEW t (number, word) WITH (tview = true, refresh = manual) AS SELECT id, v FROM a WITH NO DATA;
SELECT relkind FROM pg_class WHERE oid = 't'::regclass;
CREATE MATERIALIZED VIEW t WITH (tview) AS SELECT id FROM a;
CREATE MATERIALIZED VIEW IF NOT EXISTS t WITH (tview) AS SELECT id FROM a;
CREATE MATERIALIZED VIEW other WITH (tview = maybe) AS SELECT id FROM a;
CREATE MATERIALIZED VIEW other WITH (tview, colour = red) AS SELECT id FROM a;
INSERT INTO a VALUES (2, 'y');
REFRESH MATERIALIZED VIEW t;
SELECT * FROM t ORDER BY 1;
INSERT INTO a VALUES (3, 'z');
REFRESH MATERIALIZED VIEW CONCURRENTLY t;
SELECT * FROM t ORDER BY 1;
REFRESH MATERIALIZED VIEW t WITH NO DATA;
ALTER MATERIALIZED VIEW t SET (refresh = immediate, fillfactor = 80);
ALTER MATERIALIZED VIEW t RENAME number TO id;
DELETE FROM a WHERE id = 1;
SELECT * FROM pg_temp.oracle();
CREATE MATERIALIZED VIEW plain AS SELECT id FROM a;
DROP MATERIALIZED VIEW t, plain;
DROP MATERIALIZED VIEW plain;
DROP MATERIALIZED VIEW IF EXISTS t, missing;
DROP MATERIALIZED VIEW t;
CREATE MATERIALIZED VIEW plain WITH (fillfactor = 50) AS SELECT id FROM a;
REFRESH MATERIALIZED VIEW plain;
ALTER MATERIALIZED VIEW plain RENAME TO still_plain;
REFRESH MATERIALIZED VIEW missing;
DROP MATERIALIZED VIEW still_plain;
SELECT count(*) FROM tview.tview;
DO $$
BEGIN
    FOR i IN 1..2 LOOP
        CREATE MATERIALIZED VIEW looped WITH (tview = true) AS SELECT id FROM a;
        DROP MATERIALIZED VIEW looped;
    END LOOP;
END $$;
DROP SCHEMA ddl_materialized_view CASCADE;
