-- Statements over many rows look each partner up once, and find the same as if they looked it up for each row: partners
-- that are missing, NULL, of several columns, equal without being the same, toasted, too many or too large to remember.
CREATE SCHEMA keyed_remembered_partners;
SET search_path = keyed_remembered_partners, public;
SET jit = off;
SET client_min_messages = warning;
\i test/lib/oracle.sql
CREATE TABLE author (id int PRIMARY KEY, name text, editor int);
ALTER TABLE author ALTER COLUMN name SET STORAGE EXTERNAL;
CREATE TABLE price (amount numeric, place text, note text, PRIMARY KEY (amount, place));
CREATE TABLE post (id int PRIMARY KEY, author int, amount numeric, place text, title text);
CREATE TVIEW named AS SELECT p.id, p.title, a.name FROM post p JOIN author a ON a.id = p.author;
CREATE TVIEW edited AS SELECT p.id, a.name, e.name AS editor FROM post p LEFT JOIN author a ON a.id = p.author
    LEFT JOIN author e ON e.id = a.editor AND e.name <> 'author 3';
CREATE TVIEW priced AS SELECT p.id, p.amount, r.amount AS found, r.note FROM post p
    LEFT JOIN price r ON r.amount = p.amount AND r.place = p.place;
CREATE TVIEW known AS SELECT p.id, p.title FROM post p WHERE EXISTS (SELECT FROM author a WHERE a.id = p.author AND a.editor > 1);
INSERT INTO author SELECT n, 'author ' || n, (n + 1) % 12 FROM generate_series(1, 10) AS n;
UPDATE author SET name = repeat('long', 2000) WHERE id = 5;
INSERT INTO price SELECT n, 'shop ' || n, 'note ' || n FROM generate_series(1, 10) AS n;
ANALYZE author, price;

-- 500 rows beside many others, 10 partners: each is looked up once.
CREATE FUNCTION scans(of regclass) RETURNS bigint LANGUAGE sql AS
$$ SELECT coalesce(sum(idx_scan), 0)::bigint FROM pg_stat_xact_user_tables WHERE relid = of $$;
BEGIN;
DROP TVIEW edited, priced, known;
INSERT INTO post SELECT n, 1 + n % 10, 1, 'shop 1', 'title' FROM generate_series(100001, 120000) AS n;
SELECT scans('author') AS before \gset
INSERT INTO post SELECT n, 1 + n % 10, 1, 'shop 1', 'title' FROM generate_series(1, 500) AS n;
SELECT scans('author') - :before AS scans;
SELECT * FROM pg_temp.oracle();
ROLLBACK;

-- Missing and NULL partners; 1.0 and 1.00 find the same row.
INSERT INTO post SELECT n, nullif(n % 14, 13), CASE WHEN n % 3 > 0 THEN (n % 12)::numeric + CASE WHEN n % 2 = 0 THEN 0.00 ELSE 0 END END,
    'shop ' || n % 12, 'title ' || n FROM generate_series(1, 3000) AS n;
SELECT * FROM pg_temp.oracle();
SELECT count(*), count(name) FROM edited;
SELECT count(*), count(note), count(*) FILTER (WHERE found = amount) FROM priced;
UPDATE post SET author = 1 + (author + 1) % 12, amount = amount + 1, place = 'shop ' || amount + 1 WHERE id % 2 = 0;
SELECT * FROM pg_temp.oracle();
-- Partners change together with the rows that have them.
WITH moved AS (UPDATE author SET editor = editor + 1 RETURNING id) UPDATE post SET author = m.id FROM moved m WHERE post.id % 10 = m.id;
SELECT * FROM pg_temp.oracle();
WITH gone AS (DELETE FROM author WHERE id < 4 RETURNING id) INSERT INTO post SELECT 10000 + n, n % 8, 2, 'shop 2', 'late' FROM generate_series(1, 500) AS n;
SELECT * FROM pg_temp.oracle();

-- More partners than are remembered, in an order in which they repeat and in one in which they do not.
SET work_mem = '64kB';
INSERT INTO author SELECT n, repeat('name ' || n, 40), n % 5 FROM generate_series(100, 2000) AS n;
INSERT INTO post SELECT 20000 + n, 100 + n / 4, NULL, NULL, 'in order' FROM generate_series(1, 6000) AS n;
SELECT * FROM pg_temp.oracle();
INSERT INTO post SELECT 40000 + n, 100 + (n * 7919) % 1900, NULL, NULL, 'all over' FROM generate_series(1, 5000) AS n;
SELECT * FROM pg_temp.oracle();
UPDATE post SET author = author - 1, title = 'moved' WHERE id > 20000;
SELECT * FROM pg_temp.oracle();
RESET work_mem;

-- Images of many rows take the memory that they need and no more, and what a savepoint takes back is gone.
CREATE TABLE event (id int PRIMARY KEY, kind int, body text);
CREATE TVIEW latest WITH (refresh = 'deferred') AS SELECT kind, array_agg(id ORDER BY id) AS ids, max(body) AS body FROM event GROUP BY kind;
BEGIN;
INSERT INTO event SELECT n, n % 50, 'body' FROM generate_series(1, 20000) AS n;
SELECT sum(total_bytes) < 3000000 AS few FROM pg_backend_memory_contexts WHERE name = 'pg_tviews change sets';
SAVEPOINT a;
UPDATE event SET kind = kind + 1, body = repeat('large', id % 300) WHERE id % 2 = 0;
SAVEPOINT b;
DELETE FROM event WHERE id % 3 = 0;
ROLLBACK TO b;
UPDATE event SET body = 'again' WHERE id % 5 = 0;
ROLLBACK TO a;
SET LOCAL work_mem = '64kB';
UPDATE event SET body = 'in a file' WHERE id % 7 = 0;
SAVEPOINT c;
DELETE FROM event WHERE id % 11 = 0;
ROLLBACK TO c;
DELETE FROM event WHERE id % 13 = 0;
COMMIT;
SELECT * FROM pg_temp.oracle();
-- A key that may be held twice until the end of the transaction: another row than the first may be the one that counts.
CREATE TABLE sort (id int PRIMARY KEY, number int UNIQUE DEFERRABLE INITIALLY DEFERRED, sold boolean);
CREATE TABLE item (id int PRIMARY KEY, sort int);
CREATE TVIEW on_sale AS SELECT i.id FROM item i WHERE EXISTS (SELECT FROM sort s WHERE s.number = i.sort AND s.sold);
INSERT INTO sort SELECT n, n, false FROM generate_series(1, 10) AS n;
INSERT INTO item SELECT n, n % 10 FROM generate_series(1, 2000) AS n;
BEGIN;
INSERT INTO sort VALUES (11, 5, true);
DELETE FROM sort WHERE id = 5;
COMMIT;
SELECT count(*) FROM on_sale;
SELECT * FROM pg_temp.oracle();
DROP SCHEMA keyed_remembered_partners CASCADE;
