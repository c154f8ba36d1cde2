-- CREATE TVIEW in every form: all end in the same table, backing view, guard and catalog rows.
CREATE SCHEMA ddl_create;
SET search_path = ddl_create, public;
\i test/lib/oracle.sql

CREATE TABLE post (id int PRIMARY KEY, author varchar(20) COLLATE "C", price numeric(8, 2), body text);
INSERT INTO post VALUES (1, 'ann', 1.5, 'x'), (2, 'bob', 2.5, 'y'), (3, 'ann', 3.5, 'z');

-- the spellings
CREATE TVIEW tv_post AS SELECT id, author, price FROM post;
CREATE MATERIALIZED VIEW by_option WITH (tview = true, refresh = deferred, fillfactor = 70) AS SELECT id, author, price FROM post;
SELECT tview_create('by_function', 'SELECT id, author, price FROM post', '{"refresh": "manual", "key": ["id"], "fillfactor": 80}');
CREATE OR REPLACE TVIEW by_replace AS SELECT id, author, price FROM post;
\d tv_post
\d by_function
-- Which columns a view's text qualifies differs between versions of PostgreSQL.
SELECT name, backing_view, refresh, key, populated, replace(definition, 'post.', '') AS definition
FROM tview.tviews ORDER BY name;
SELECT tview, source, depth, path, columns FROM tview.dependencies ORDER BY tview::text;
SELECT relname, reloptions FROM pg_class WHERE relnamespace = 'ddl_create'::regnamespace AND reloptions IS NOT NULL ORDER BY 1;
CREATE MATERIALIZED VIEW plain WITH (tview = false) AS SELECT 1 AS x;
SELECT relkind FROM pg_class WHERE relname = 'plain';

-- clauses
CREATE TVIEW IF NOT EXISTS tv_post AS SELECT 1 AS other;
SELECT tview_create('tv_post', 'SELECT 1 AS other', if_not_exists => true);
CREATE TVIEW renamed (first, "Second one") TABLESPACE pg_default AS SELECT id, author FROM post;
CREATE TVIEW empty WITH (fillfactor = 90) AS SELECT id FROM post WITH NO DATA;
SELECT (SELECT count(*) FROM empty), populated FROM tview.tviews WHERE name = 'empty';
REFRESH MATERIALIZED VIEW empty;
SELECT (SELECT count(*) FROM empty), populated FROM tview.tviews WHERE name = 'empty';
CREATE TVIEW literals AS SELECT 'text' AS a, NULL AS b, 1.5 AS c;
CREATE TVIEW listed AS VALUES (1, 'a'), (2, 'b');
CREATE TVIEW whole AS TABLE post;
\d literals
\d listed

-- names
CREATE TVIEW "Odd ""name""" AS SELECT id AS "select", author AS "A b" FROM post;
CREATE TABLE v_taken (x int);
CREATE TVIEW taken AS SELECT id FROM post;
CREATE TVIEW a_name_of_sixty_three_bytes_that_leaves_no_room_for_the_prefix_ AS SELECT id FROM post;
CREATE TVIEW tv_ AS SELECT id FROM post;
SELECT name, backing_view FROM tview.tviews WHERE name ~ 'Odd|taken|sixty|tv_$' ORDER BY name COLLATE "C";

-- places
DO $$ BEGIN CREATE TVIEW in_do AS SELECT author, count(*) AS n FROM post GROUP BY author; END $$;
CREATE FUNCTION make() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    CREATE TVIEW IF NOT EXISTS in_function AS SELECT author, max(price) AS highest FROM post GROUP BY author;
END $$;
SELECT make();
SELECT make();
SELECT 1 AS one\; CREATE TVIEW in_string AS SELECT id FROM post\; SELECT 2 AS two;
BEGIN;
CREATE TVIEW undone AS SELECT id FROM post;
INSERT INTO post VALUES (4, 'cid', 4.5, 'u');
SAVEPOINT one;
DROP TVIEW undone;
ROLLBACK TO one;
SELECT count(*) FROM undone;
ROLLBACK;
SELECT to_regclass('undone'), to_regclass('v_undone');
BEGIN;
CREATE TABLE young (a int);
INSERT INTO young VALUES (1);
CREATE TVIEW of_young AS SELECT a FROM young;
INSERT INTO young VALUES (2);
COMMIT;
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT count(*) FROM post;
CREATE TVIEW in_repeatable_read AS SELECT id FROM post;
COMMIT;

INSERT INTO post VALUES (5, 'eve', 5.5, 'v');
UPDATE post SET author = 'zoe' WHERE id = 1;
SELECT tview_refresh('by_function') IS NOT NULL AS refreshed;
SELECT * FROM pg_temp.oracle();
SET client_min_messages = error;
DROP SCHEMA ddl_create CASCADE;
SELECT count(*) FROM tview.tviews;
