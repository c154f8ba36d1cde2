-- Changed rows are read where they were captured, unless something else is there by now.
CREATE SCHEMA keyed_row_places;
SET search_path = keyed_row_places, public;
\i test/lib/oracle.sql
CREATE TABLE kind (id int PRIMARY KEY, name text);
CREATE TABLE item (id int PRIMARY KEY, kind int, name text, note text);
CREATE INDEX by_note ON item (note);
INSERT INTO kind SELECT g, 'kind ' || g FROM generate_series(1, 3) AS g;
INSERT INTO item SELECT g, 1 + g % 3, 'item ' || g, lpad((100 - g)::text, 3, '0') FROM generate_series(1, 20) AS g;
CREATE TVIEW now AS SELECT i.id, i.name, k.name AS kind FROM item AS i JOIN kind AS k ON k.id = i.kind;
CREATE TVIEW later WITH (refresh = 'deferred') AS
    SELECT i.id, upper(i.name) AS name, k.name AS kind FROM item AS i JOIN kind AS k ON k.id = i.kind;
ANALYZE;

-- No index of the source is searched for a row that came or was updated.
BEGIN;
SET LOCAL enable_indexscan = off;
SET LOCAL enable_bitmapscan = off;
INSERT INTO item VALUES (30, 1, 'new');
UPDATE item SET name = 'newer' WHERE id = 30;
SELECT idx_scan FROM pg_stat_xact_user_tables WHERE relid = 'item'::regclass;
COMMIT;
SELECT * FROM now WHERE id = 30;
SELECT * FROM later WHERE id = 30;
SELECT * FROM pg_temp.oracle();

-- Updated again, gone, come back, gone with a savepoint, another key.
BEGIN;
UPDATE item SET name = 'first' WHERE id = 1;
UPDATE item SET name = 'second' WHERE id = 1;
UPDATE item SET note = 'x' WHERE id = 1;
DELETE FROM item WHERE id = 2;
INSERT INTO item VALUES (2, 3, 'back');
UPDATE item SET name = 'lost' WHERE id = 3;
DELETE FROM item WHERE id = 3;
SAVEPOINT s;
INSERT INTO item VALUES (31, 1, 'never');
UPDATE item SET name = 'never' WHERE id = 4;
ROLLBACK TO s;
UPDATE item SET name = 'at last' WHERE id = 4;
UPDATE item SET id = 32 WHERE id = 5;
INSERT INTO item VALUES (5, 2, 'another');
COMMIT;
SELECT * FROM pg_temp.oracle();

-- The table is rewritten in another order: other rows are at these places.
BEGIN;
UPDATE item SET name = 'u' || id WHERE id IN (6, 7, 8);
INSERT INTO item VALUES (33, 1, 'i33', '000'), (34, 2, 'i34', '999');
CLUSTER item USING by_note;
COMMIT;
SELECT * FROM pg_temp.oracle();
BEGIN;
UPDATE item SET name = 'v' || id WHERE id < 20;
CLUSTER item USING item_pkey;
COMMIT;
SELECT * FROM pg_temp.oracle();

-- Keys that are equal, but not the same; columns that are gone.
CREATE TABLE measure (value numeric PRIMARY KEY, gone int, name text);
INSERT INTO measure VALUES (1.0, 1, 'one'), (2, 2, 'two');
CREATE TVIEW measures WITH (refresh = 'deferred') AS SELECT value, name FROM measure;
ALTER TABLE measure DROP COLUMN gone;
BEGIN;
UPDATE measure SET name = 'uno' WHERE value = 1;
UPDATE measure SET value = 1.00 WHERE value = 1;
DELETE FROM measure WHERE value = 2;
INSERT INTO measure VALUES (2.000, 'due');
COMMIT;
SELECT * FROM measures ORDER BY value;
SELECT * FROM pg_temp.oracle();

-- Keys of one hash.
SELECT hashint8(1) = hashint8(4294967296) AS same;
CREATE TABLE big (id bigint PRIMARY KEY, v int);
INSERT INTO big VALUES (1, 1), (4294967296, 2);
CREATE TVIEW bigs AS SELECT id, v + 1 AS v FROM big;
CREATE TVIEW big_parts AS SELECT b.id, b.v, k.name FROM big AS b JOIN kind AS k ON k.id = b.v;
UPDATE big SET v = v + 1;
DELETE FROM big;
INSERT INTO big VALUES (1, 1), (4294967296, 2);
SELECT * FROM pg_temp.oracle();

-- Partitions and children have places of their own, of which nothing is known.
CREATE TABLE part (id int PRIMARY KEY, v int) PARTITION BY RANGE (id);
CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM (0) TO (10);
CREATE TABLE part_2 PARTITION OF part FOR VALUES FROM (10) TO (20);
INSERT INTO part SELECT g, g FROM generate_series(1, 19) AS g;
CREATE TVIEW parts AS SELECT id, v * 2 AS v FROM part;
UPDATE part SET v = v + 1 WHERE id IN (1, 11);
INSERT INTO part VALUES (0, 0);
DELETE FROM part WHERE id = 10;
UPDATE part SET id = 10 WHERE id = 9;
SELECT * FROM pg_temp.oracle();

-- The block is gone: a trigger has written the table anew while its changes are pending.
CREATE TABLE cause (id int);
CREATE TABLE page (id int PRIMARY KEY, kind int, name text);
CREATE TVIEW pages AS SELECT p.id, p.name, k.name AS kind FROM page AS p JOIN kind AS k ON k.id = p.kind;
CREATE FUNCTION rewrite_page() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE page SET name = 'last' WHERE id = 2000;
    CLUSTER page;
    RETURN NULL;
END
$$;
CREATE TRIGGER rewrite AFTER INSERT ON cause FOR EACH ROW EXECUTE FUNCTION rewrite_page();
INSERT INTO page SELECT g, 1 + g % 3, 'page ' || g FROM generate_series(1, 2000) AS g;
CLUSTER page USING page_pkey;
DELETE FROM page WHERE id BETWEEN 50 AND 1999;
SET pg_tviews.full_refresh_threshold = 1;
UPDATE page SET name = 'first' WHERE id = 2000;
INSERT INTO cause VALUES (1);
SELECT pg_relation_size('page') / current_setting('block_size')::int AS blocks, * FROM pages WHERE id = 2000;
SELECT * FROM pg_temp.oracle();
SET client_min_messages = warning;
DROP SCHEMA keyed_row_places CASCADE;
