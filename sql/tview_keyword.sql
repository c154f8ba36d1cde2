-- The word TVIEW: a command's keyword after CREATE, DROP, ALTER and COMMENT ON, an identifier everywhere else
-- (scenario 106). Each command is looked at by what it leaves in the catalogs.
\set VERBOSITY default
SET client_min_messages = warning;
CREATE SCHEMA keyword_test;
SET search_path = keyword_test, public;
CREATE TABLE item (id int PRIMARY KEY, name text);
INSERT INTO item VALUES (1, 'one'), (2, 'two');
CREATE VIEW listing AS
    SELECT t.name::regclass::text AS tview, t.refresh, obj_description(t.name::regclass, 'pg_class') AS comment
    FROM tview.tviews t JOIN pg_class c ON c.oid = t.name::regclass
    WHERE c.relnamespace = 'keyword_test'::regnamespace
    ORDER BY c.relname COLLATE "C";

-- every spelling of CREATE TVIEW
CREATE TVIEW a1 AS SELECT * FROM item;
create tview a2 as select * from item;
Create /* x */ TVIEW /* CREATE TABLE */ a3 AS TABLE item;
CREATE -- TABLE
    TVIEW -- a4
    a4 (x, y) AS SELECT * FROM item;
/* /* DROP */ */ CREATE TVIEW keyword_test . "A 5" AS SELECT * FROM item;
CREATE TVIEW"a6"AS SELECT * FROM item;
CREATE TVIEW IF NOT EXISTS a7 WITH (refresh = deferred, fillfactor = 70) TABLESPACE pg_default
    AS SELECT * FROM item WITH DATA;
CREATE TVIEW a8 WITH (refresh = manual) AS SELECT * FROM item WITH NO DATA;
CREATE OR REPLACE TVIEW a9 (id, label) WITH (fillfactor = 80) AS SELECT * FROM item;
CREATE /**/ OR -- x
    REPLACE	TVIEW a9 AS SELECT * FROM item;
CREATE TVIEW U&"a\0031\0030" AS VALUES (1);
CREATE TVIEW tview AS SELECT 1 AS tview;
SELECT * FROM listing;
SELECT * FROM a4 ORDER BY x;

-- ALTER, COMMENT ON, DROP
ALTER TVIEW a1 RENAME TO b1;
alter tview "A 5" rename to "B 5";
ALTER/**/TVIEW/**/b1 RENAME COLUMN name TO label;
ALTER TVIEW IF EXISTS b1 SET (refresh = manual);
COMMENT ON TVIEW b1 IS 'the "first"';
COMMENT ON TVIEW keyword_test . "B 5"/**/IS $$a quoted one$$;
COMMENT ON TVIEW tview IS 'itself';
SELECT * FROM listing;
DROP TVIEW a2, a3;
drop tview if exists a2, a4 cascade;
DROP TVIEW"a6";
DROP TVIEW/**/a7; DROP TVIEW--
a8;
DROP TVIEW U&"!0061!0039" UESCAPE '!', "B 5", tview RESTRICT;
SELECT * FROM listing;

-- several commands in one string; a ; in a literal is none
SELECT 'a;' AS x \; CREATE TVIEW c1 AS SELECT 1 AS one \; DROP TVIEW c1 \; CREATE TVIEW c2 AS SELECT 2 AS two;
SELECT 1 AS drop \; DROP TVIEW c2 \; SELECT E'\';' AS x \; CREATE TVIEW c3 AS SELECT N'n' AS n;
BEGIN \; DROP TVIEW c3 \; CREATE OR REPLACE TVIEW c3 AS SELECT 3 AS three \; COMMIT;
SELECT * FROM c3;

-- PL/pgSQL: static, dynamic, in a function that runs twice, in an exception block
DO $$
BEGIN
    CREATE TVIEW d1 AS SELECT 1 AS one;
    EXECUTE 'CREATE TVIEW d2 AS SELECT 2 AS two';
    COMMENT ON TVIEW d2 IS 'by DO';
    BEGIN
        DROP TVIEW d1;
        RAISE division_by_zero;
    EXCEPTION WHEN division_by_zero THEN
        ALTER TVIEW d1 RENAME TO d3;
    END;
    EXECUTE 'CREATE ' || '/* ' || repeat('long ', 3000) || ' */ TVIEW d4 AS SELECT 4 AS four';
END $$;
CREATE FUNCTION cycle() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    n bigint;
BEGIN
    DROP TVIEW IF EXISTS d5;
    CREATE TVIEW d5 AS SELECT count(*) AS n FROM item;
    SELECT d5.n INTO n FROM d5;
    RETURN n;
END $$;
SELECT cycle();
INSERT INTO item VALUES (3, 'three');
SELECT cycle();
CREATE FUNCTION cycle_sql() RETURNS void LANGUAGE sql
    AS 'DROP TVIEW d5; CREATE TVIEW d5 AS SELECT min(id) AS n FROM item; COMMENT ON TVIEW d5 IS ''SQL function''';
SELECT cycle_sql(), cycle_sql();
SELECT * FROM listing;
DROP TVIEW d2, d3, d4, d5;

-- an ordinary table, view or index is none of their business
DROP TVIEW item;
DROP TVIEW listing;
DROP TVIEW nothing;
ALTER TVIEW item RENAME TO thing;
COMMENT ON TVIEW item IS 'x';
SELECT count(*) FROM item;

-- the name decides, not the text around it
CREATE TABLE "create tview" AS SELECT 'CREATE TVIEW x' AS "drop tview";
SELECT * FROM listing WHERE tview LIKE '%create%';
DROP TABLE "create tview";
DROP SCHEMA keyword_test CASCADE;
