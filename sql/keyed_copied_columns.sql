-- An UPDATE of columns which the query only hands on copies them instead of recomputing rows: with the same result,
-- whatever else the column does, in the statement, the transaction or the query.
CREATE SCHEMA keyed_copied_columns;
SET search_path = keyed_copied_columns, public;
\i test/lib/oracle.sql
CREATE TABLE author (id int PRIMARY KEY, name text, rank int);
CREATE TABLE post (gone int, id int PRIMARY KEY, author int, title text, body text, score int, shown boolean DEFAULT true);
ALTER TABLE post DROP COLUMN gone;
ALTER TABLE post ALTER COLUMN body SET STORAGE EXTERNAL;
CREATE TABLE tag (post int, word text);
INSERT INTO author SELECT n, 'author ' || n, n FROM generate_series(1, 4) AS n;
INSERT INTO post SELECT n, n % 4 + 1, 'title ' || n, repeat(n::text, 4000), n FROM generate_series(1, 12) AS n;
INSERT INTO tag SELECT n % 6 + 1, 'tag ' || n FROM generate_series(1, 12) AS n;
CREATE TVIEW plain AS SELECT p.id, p.title, p.body, p.score AS points, u.name FROM post p JOIN author u ON u.id = p.author;
CREATE TVIEW twice AS SELECT p.title AS one, p.id, p.title AS two FROM post p;
CREATE TVIEW many AS SELECT p.id, p.title, t.word FROM post p LEFT JOIN tag t ON t.post = p.id;
CREATE TVIEW above AS SELECT points, id, title FROM plain;
ALTER TABLE plain ADD PRIMARY KEY (id);
CREATE UNIQUE INDEX ON plain (title);

-- Alone, for one row and many, to the same value, to NULL, toasted.
UPDATE post SET title = 'new' WHERE id = 3;
SELECT * FROM pg_temp.oracle();
UPDATE post SET title = title || '!', score = score + 1;
SELECT * FROM pg_temp.oracle();
UPDATE post SET title = NULL, body = NULL WHERE id = 5;
UPDATE post SET body = repeat('x', 9000) WHERE id = 6;
UPDATE post SET body = body WHERE id = 6;
SELECT * FROM pg_temp.oracle();
-- Nothing but the row itself was looked up; an index on a handed-on column is kept up; a row that comes is computed.
BEGIN;
SELECT sum(coalesce(seq_scan, 0) + coalesce(idx_scan, 0)) AS before FROM pg_stat_xact_user_tables
WHERE relid IN ('author'::regclass, 'tag'::regclass) \gset
UPDATE post SET title = 'alone' WHERE id = 3;
DELETE FROM post WHERE id IN (1, 2);
DELETE FROM post WHERE id = 4;
SELECT sum(coalesce(seq_scan, 0) + coalesce(idx_scan, 0)) - :before AS scans FROM pg_stat_xact_user_tables
WHERE relid IN ('author'::regclass, 'tag'::regclass);
SELECT id FROM plain WHERE title = 'alone';
INSERT INTO post (id, author, title) VALUES (13, 1, 'thirteen');
SELECT name FROM plain WHERE title = 'thirteen';
SELECT * FROM pg_temp.oracle();
ROLLBACK;
SELECT * FROM pg_temp.oracle();
-- With columns that do more, with rows that come and go, and in the key; for TVIEWs in which the column does more, too.
CREATE TVIEW nullable AS SELECT u.id AS author, p.id, p.title FROM author u LEFT JOIN post p ON p.author = u.id AND p.shown;
CREATE TVIEW filtered AS SELECT p.id, p.title, p.score FROM post p WHERE p.score < 10 AND p.shown;
CREATE TVIEW computed AS SELECT p.id, p.title, upper(p.title) AS loud, p.score FROM post p;
CREATE TVIEW inside AS SELECT u.id, u.name, (SELECT max(p.title) FROM post p WHERE p.author = u.id AND p.score > u.rank) AS best FROM author u;
CREATE TVIEW itself AS SELECT a.id, a.title, b.title AS other FROM post a JOIN post b ON b.id = a.id + 1;
CREATE TVIEW ranked AS SELECT p.id, p.title, row_number() OVER (PARTITION BY p.author ORDER BY p.id) AS place FROM post p;
UPDATE post SET title = 'moved', author = 1 WHERE id = 7;
UPDATE post SET title = 'hidden', shown = false WHERE id = 8;
SELECT * FROM pg_temp.oracle();
UPDATE post SET id = id + 100, title = 'far' WHERE id = 9;
SELECT * FROM pg_temp.oracle();
WITH gone AS (DELETE FROM post WHERE id = 10 RETURNING *), changed AS (UPDATE post SET title = 'by with' WHERE id = 11)
    INSERT INTO post (id, author, title, score) SELECT 200, author, title, score FROM gone;
SELECT * FROM pg_temp.oracle();
WITH renamed AS (UPDATE author SET name = 'both' WHERE id = 2) UPDATE post SET title = title || '?' WHERE author = 2;
SELECT * FROM pg_temp.oracle();
-- Unique values swapped.
UPDATE post SET title = CASE id WHEN 1 THEN (SELECT title FROM post WHERE id = 2) ELSE (SELECT title FROM post WHERE id = 1) END
WHERE id IN (1, 2);
SELECT * FROM pg_temp.oracle();
-- Several statements in one flush, and one rolled back.
ALTER TVIEW twice SET (refresh = deferred);
BEGIN;
UPDATE post SET title = 'first' WHERE id = 4;
SAVEPOINT s;
UPDATE post SET title = 'second' WHERE id = 4;
ROLLBACK TO s;
DELETE FROM post WHERE id = 12;
INSERT INTO post (id, author, title) VALUES (12, 3, 'again');
UPDATE post SET title = 'once more' WHERE id = 12;
COMMIT;
SELECT * FROM pg_temp.oracle();
-- Without a unique index on the source's key it must not be taken.
ALTER TABLE post DROP CONSTRAINT post_pkey CASCADE;
ALTER TABLE plain DROP CONSTRAINT plain_pkey;
DROP INDEX plain_title_idx;
INSERT INTO post (id, author, title) VALUES (4, 1, 'a second row of that key');
UPDATE post SET title = author || ' of two' WHERE id = 4;
SELECT * FROM pg_temp.oracle();
SELECT one, two FROM twice WHERE id = 4 ORDER BY 1;
-- With an index that is not unique it is where a key has one row, and recomputed where it has two.
CREATE INDEX ON post (id);
UPDATE post SET title = author || ' by index';
SELECT * FROM pg_temp.oracle();
BEGIN;
SELECT coalesce(seq_scan, 0) + coalesce(idx_scan, 0) AS before FROM pg_stat_xact_user_tables WHERE relid = 'tag'::regclass \gset
UPDATE post SET title = 'alone' WHERE id IN (1, 2);
SELECT coalesce(seq_scan, 0) + coalesce(idx_scan, 0) - :before AS scans FROM pg_stat_xact_user_tables WHERE relid = 'tag'::regclass;
COMMIT;
DELETE FROM post WHERE id = 4 AND score IS NULL;
SELECT one, two FROM twice WHERE id = 4 ORDER BY 1;
SELECT * FROM pg_temp.oracle();
SET client_min_messages = error;
DROP SCHEMA keyed_copied_columns CASCADE;
