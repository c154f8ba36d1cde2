-- refresh = scheduled: writers store changed rows, a refresh brings the TVIEW up to date with exactly what they stored.
CREATE SCHEMA scheduled_queue;
SET search_path = scheduled_queue, public;
\i test/lib/oracle.sql
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on

CREATE TABLE u (id int PRIMARY KEY, name text, junk text);
CREATE TABLE p (id int PRIMARY KEY, uid int, title text);
INSERT INTO u SELECT n, 'u' || n, '' FROM generate_series(1, 5) AS n;
INSERT INTO p SELECT n, n % 5 + 1, 'p' || n FROM generate_series(1, 20) AS n;
CREATE TVIEW s WITH (schedule = '@yearly', timezone = 'Europe/Paris') AS
    SELECT p.id, p.title, u.name FROM p JOIN u ON u.id = p.uid;
CREATE TVIEW n WITH (refresh = scheduled) AS SELECT name, count(*) AS titles FROM s GROUP BY name;
CREATE TVIEW total AS SELECT count(*) AS titles FROM s;
SELECT name, refresh, schedule, timezone FROM tview.tviews ORDER BY name;
CREATE VIEW lag AS SELECT tview, whole, images, bytes > 0 AS bytes, since <= clock_timestamp() AS since FROM tview.backlog ORDER BY tview::text;
CREATE VIEW worked AS SELECT keys_recomputed AS keys, full_refreshes AS whole FROM tview.stats WHERE tview = 's'::regclass;
CREATE FUNCTION refreshed(relation regclass DEFAULT 's', OUT mode text, OUT inserted bigint, OUT updated bigint, OUT deleted bigint)
    LANGUAGE sql AS 'SELECT mode, rows_inserted, rows_updated, rows_deleted FROM tview_refresh(relation)';

-- Nothing but the image is written by the writer; what no TVIEW reads not even that.
TABLE lag;
UPDATE p SET title = 'x' WHERE id = 3;
UPDATE u SET name = 'U1' WHERE id = 1;
UPDATE u SET junk = 'U1' WHERE id = 1;
TABLE lag;
SELECT title, name FROM s WHERE id IN (3, 5) ORDER BY id;
SELECT * FROM refreshed();
SELECT * FROM tview_verify('s');
SELECT * FROM tview_verify('total');
TABLE worked;
TABLE lag;
SELECT * FROM refreshed('n');
SELECT * FROM pg_temp.oracle();
SELECT * FROM refreshed();
TABLE worked;

-- Rows that join with each other, changed in one transaction and in two, both sides.
BEGIN;
INSERT INTO u VALUES (6, 'u6');
INSERT INTO p VALUES (21, 6, 'p21'), (22, 1, 'p22');
UPDATE p SET uid = 6 WHERE id = 1;
DELETE FROM p WHERE uid = 2;
DELETE FROM u WHERE id = 2;
COMMIT;
UPDATE u SET id = 7 WHERE id = 6;
UPDATE p SET uid = 7 WHERE id = 2;
DELETE FROM u WHERE id = 5;
SELECT * FROM refreshed();
SELECT * FROM refreshed('n');
SELECT * FROM pg_temp.oracle();
TABLE worked;

-- What is rolled back is not stored; what this transaction wrote is seen by its own refresh, also one undone by a savepoint.
BEGIN;
INSERT INTO p VALUES (30, 1, 'p30');
SAVEPOINT one;
INSERT INTO p VALUES (31, 1, 'p31');
ROLLBACK TO one;
SAVEPOINT two;
SELECT * FROM refreshed();
SELECT * FROM tview_verify('s');
ROLLBACK TO two;
SELECT count(*) FROM s WHERE id = 30;
INSERT INTO p VALUES (32, 1, 'p32');
SELECT tview_flush() AS scheduled_ones_are_not_flushed;
COMMIT;
SELECT * FROM refreshed();
BEGIN;
DELETE FROM p WHERE id = 30;
ROLLBACK;
TABLE lag;
SELECT * FROM refreshed('n');
SELECT * FROM pg_temp.oracle();

-- TRUNCATE, and more images than are kept: the TVIEW is recomputed as a whole.
TRUNCATE p;
INSERT INTO p SELECT n, n % 3 + 1, 'p' || n FROM generate_series(1, 5000) AS n;
TABLE lag;
SELECT * FROM refreshed();
SET pg_tviews.change_set_limit = 10;
UPDATE p SET title = 'many' WHERE id < 50;
RESET pg_tviews.change_set_limit;
TABLE lag;
SELECT * FROM refreshed();
SELECT * FROM refreshed('n');
SELECT * FROM pg_temp.oracle();

-- Many images take several rows of the queue, a large one a row of its own.
UPDATE p SET uid = uid % 3 + 1 WHERE id <= 600;
INSERT INTO p VALUES (6000, 1, repeat('x', 100000));
SELECT images, whole FROM lag WHERE tview = 's'::regclass;
SELECT count(*) > 1 AS several_rows FROM tview.pending WHERE tview = 's'::regclass AND what = 'images';
SELECT * FROM refreshed();
SELECT * FROM refreshed('n');
SELECT * FROM pg_temp.oracle();

-- DDL on a source between the write and the refresh.
UPDATE p SET title = 'before' WHERE id = 1;
ALTER TABLE p ADD COLUMN note text;
ALTER TABLE u DROP COLUMN junk;
ALTER TABLE p RENAME uid TO author;
UPDATE p SET title = 'after', note = 'n' WHERE id = 2;
SELECT images, whole FROM lag WHERE tview = 's'::regclass;
SELECT * FROM refreshed();
-- Images of another layout, which only an update of the extension or of the server brings, are not read.
UPDATE p SET author = 3 WHERE id = 1;
UPDATE tview.pending SET types = array_fill('text'::regtype::oid, ARRAY[cardinality(types)])
 WHERE tview = 's'::regclass AND what = 'images';
SELECT * FROM refreshed();
UPDATE p SET author = 2 WHERE id = 1;
UPDATE tview.pending SET format = 0 WHERE tview = 's'::regclass;
SELECT * FROM refreshed();
TABLE worked;
SELECT * FROM refreshed('n');
SELECT * FROM pg_temp.oracle();
-- Another TVIEW on the source: its columns are in the images too.
CREATE TVIEW notes WITH (refresh = scheduled) AS SELECT note, count(*) AS c, max(title) AS t FROM p GROUP BY note;
UPDATE p SET note = 'm' WHERE id = 2;
UPDATE p SET author = 2 WHERE id = 2;
TABLE lag;
SELECT * FROM refreshed();
SELECT * FROM refreshed('n');
SELECT * FROM refreshed('notes');
SELECT * FROM pg_temp.oracle();

-- A statement that calls the refresh is half applied: everything is recomputed, and nothing lost.
CREATE FUNCTION refreshing(int) RETURNS int LANGUAGE sql AS 'SELECT tview_refresh(''s''); SELECT $1';
UPDATE p SET author = refreshing(1) WHERE id IN (3, 4);
SELECT * FROM refreshed();
SELECT * FROM refreshed('n');
SELECT * FROM refreshed('notes');
SELECT * FROM pg_temp.oracle();

-- Other ways to write.
COPY p FROM STDIN;
7001	1	copied	\N
7002	2	copied	\N
\.
MERGE INTO p USING (VALUES (7001), (7003)) AS v (id) ON p.id = v.id
    WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT VALUES (v.id, 3, 'merged', NULL);
INSERT INTO p VALUES (7002, 1, 'again') ON CONFLICT (id) DO UPDATE SET title = excluded.title;
SELECT * FROM refreshed();
SELECT * FROM refreshed('n');
SELECT * FROM refreshed('notes');
SELECT * FROM pg_temp.oracle();

-- A lost baseline (as after a restore) is noticed; the images are nobody's to read; a dropped TVIEW leaves nothing.
UPDATE p SET title = 'lost' WHERE id = 3;
DELETE FROM tview.pending WHERE tview = 's'::regclass;
TABLE lag;
SELECT * FROM refreshed();
SELECT has_table_privilege('pg_read_all_data', 'tview.pending', 'SELECT') AS all_data,
       has_table_privilege('public', 'tview.pending', 'SELECT') AS public, has_table_privilege('public', 'tview.backlog', 'SELECT') AS backlog;
UPDATE p SET title = 'dropped' WHERE id = 3;
DROP TVIEW notes;
SELECT count(*) AS orphans FROM tview.pending WHERE NOT EXISTS (SELECT FROM tview.tview t WHERE t.relid = pending.tview);
SELECT * FROM refreshed();
SELECT * FROM refreshed('n');
SELECT * FROM pg_temp.oracle();

DROP SCHEMA scheduled_queue CASCADE;
SELECT count(*) AS left_behind FROM tview.pending;
