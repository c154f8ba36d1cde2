-- Statements over many rows find stored rows by walking along an index, and deleted rows without asking their source:
-- whatever the distance between keys, their order, their type and what else happens to them.
CREATE SCHEMA keyed_many_rows;
SET search_path = keyed_many_rows, public;
\i test/lib/oracle.sql
CREATE TABLE author (id int PRIMARY KEY, name text);
CREATE TABLE post (id int PRIMARY KEY, author int, title text, body text);
ALTER TABLE post ALTER COLUMN body SET STORAGE EXTERNAL;
CREATE TABLE tag (post int, word text);
INSERT INTO author SELECT n, 'author ' || n FROM generate_series(1, 10) AS n;
INSERT INTO post SELECT n, n % 10 + 1, 'title ' || n, CASE WHEN n % 500 = 0 THEN repeat('body', 3000) END FROM generate_series(1, 5000) AS n;
INSERT INTO tag SELECT n % 2500, 'tag ' || n FROM generate_series(1, 5000) AS n;
CREATE TVIEW named AS SELECT p.id, p.title, p.body, a.name FROM post p JOIN author a ON a.id = p.author;
CREATE TVIEW tagged AS SELECT p.id, p.title, t.word FROM post p LEFT JOIN tag t ON t.post = p.id;
CREATE TVIEW grouped AS SELECT t.post, count(*) AS tags, string_agg(word, ' ' ORDER BY word) AS words FROM tag t GROUP BY t.post;
CREATE TVIEW above AS SELECT id, name FROM named;

-- Near each other, far from each other, and both; deletions read nothing of the sources but the rows they delete.
UPDATE post SET title = 'near ' || id WHERE id BETWEEN 1000 AND 2000;
UPDATE post SET title = 'far ' || id WHERE id % 37 = 0;
UPDATE post SET title = 'mixed ' || id WHERE id % 97 = 0 OR id BETWEEN 3000 AND 3200;
SELECT * FROM pg_temp.oracle();
BEGIN;
SELECT sum(coalesce(seq_scan, 0) + coalesce(idx_scan, 0)) AS before FROM pg_stat_xact_user_tables
WHERE relid IN ('author'::regclass, 'post'::regclass) \gset
DELETE FROM post WHERE ctid = ANY (ARRAY(SELECT ctid FROM post WHERE id BETWEEN 100 AND 700 OR id % 41 = 0));
SELECT sum(coalesce(seq_scan, 0) + coalesce(idx_scan, 0)) - :before AS scans FROM pg_stat_xact_user_tables
WHERE relid IN ('author'::regclass, 'post'::regclass);
SELECT * FROM pg_temp.oracle();
ROLLBACK;
SELECT * FROM pg_temp.oracle();

-- Keys that are not there yet: in gaps between others, before them, behind them.
DELETE FROM post WHERE id BETWEEN 4000 AND 4500;
INSERT INTO post SELECT n, 1, 'back' FROM generate_series(4050, 4450) AS n;
INSERT INTO post SELECT n, 2, 'before' FROM generate_series(-300, 0) AS n;
INSERT INTO post SELECT n, 3, 'behind' FROM generate_series(6000, 6300) AS n;
SELECT * FROM pg_temp.oracle();
-- Two sources in one statement, and rows that go and come back under the same key in one.
WITH gone AS (DELETE FROM tag WHERE post % 3 = 0 RETURNING post) DELETE FROM post WHERE id IN (SELECT post FROM gone);
SELECT * FROM pg_temp.oracle();
CREATE FUNCTION put_back() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO post VALUES (OLD.id, 5, 'put back');
    RETURN NULL;
END $$;
CREATE TRIGGER put_back AFTER DELETE ON post FOR EACH ROW WHEN (OLD.id % 7 = 0) EXECUTE FUNCTION put_back();
DELETE FROM post WHERE id BETWEEN 1000 AND 1400;
SELECT count(*) FROM named WHERE title = 'put back';
SELECT * FROM pg_temp.oracle();
DROP TRIGGER put_back ON post;
MERGE INTO post USING generate_series(1400, 2200) AS n ON id = n
    WHEN MATCHED AND n % 3 = 0 THEN DELETE WHEN MATCHED AND n % 3 = 1 THEN UPDATE SET title = 'merged'
    WHEN NOT MATCHED THEN INSERT VALUES (n, 4, 'merged in');
SELECT * FROM pg_temp.oracle();
UPDATE post SET id = id + 10000 WHERE id % 5 = 0;
UPDATE post SET id = -id - 1000 WHERE id > 0;
SELECT * FROM pg_temp.oracle();
-- What a savepoint takes back was neither deleted nor inserted.
BEGIN;
DELETE FROM post WHERE id < -3000;
SAVEPOINT one;
INSERT INTO post SELECT n, 6, 'for a while' FROM generate_series(-4000, -3500) AS n;
DELETE FROM post WHERE id > -3000;
ROLLBACK TO one;
SELECT * FROM pg_temp.oracle();
INSERT INTO post SELECT n, 7, 'again' FROM generate_series(-3600, -3400) AS n;
COMMIT;
SELECT * FROM pg_temp.oracle();
-- The same at commit: only the images say what came after what.
CREATE TVIEW late WITH (refresh = deferred) AS SELECT p.id, p.title, a.name FROM post p JOIN author a ON a.id = p.author;
BEGIN;
DELETE FROM post WHERE id < -2000;
INSERT INTO post SELECT n, 8, 'late' FROM generate_series(-2500, -2300) AS n;
DELETE FROM post WHERE id BETWEEN -2400 AND -2350;
COMMIT;
BEGIN;
DELETE FROM post WHERE id < 0;
COMMIT;
SELECT * FROM pg_temp.oracle();

-- Types whose indexes order them another way than the type does, descending indexes, NULL keys, equal keys.
CREATE TABLE odd (code text COLLATE "C", number numeric, word name, value int, UNIQUE (code), UNIQUE (number), UNIQUE (word));
CREATE TVIEW by_code AS SELECT code, value, a.name FROM odd LEFT JOIN author a ON a.id = value;
CREATE TVIEW by_number AS SELECT number, value, a.name FROM odd LEFT JOIN author a ON a.id = value;
CREATE TVIEW by_word AS SELECT word, value, a.name FROM odd LEFT JOIN author a ON a.id = value;
CREATE TVIEW downwards AS SELECT code, value, a.name FROM odd LEFT JOIN author a ON a.id = value;
DROP INDEX by_code_code_idx, downwards_code_idx;
CREATE INDEX ON by_code (code text_pattern_ops);
CREATE INDEX ON downwards (code DESC NULLS LAST);
INSERT INTO odd SELECT CASE WHEN n % 50 > 0 THEN chr(65 + n % 58) || n END, CASE WHEN n % 60 > 0 THEN n / 10.0 END,
    CASE WHEN n % 70 > 0 THEN 'w' || n END, n % 12 FROM generate_series(1, 600) AS n;
SELECT * FROM pg_temp.oracle();
UPDATE odd SET value = value + 1 WHERE value % 2 = 0;
DELETE FROM odd WHERE value % 3 = 0;
SELECT * FROM pg_temp.oracle();
UPDATE odd SET number = number + 0.00, word = 'x' || word, code = lower(code) || 'x';
DELETE FROM odd WHERE value > 4 OR code IS NULL;
SELECT * FROM pg_temp.oracle();
TRUNCATE odd;
CREATE TABLE twice (id int, part int, PRIMARY KEY (id, part));
INSERT INTO twice SELECT n / 3, n FROM generate_series(1, 3000) AS n;
CREATE TVIEW parts WITH (key = 'id') AS SELECT t.id, t.part FROM twice t;
UPDATE twice SET part = part + 10000 WHERE part % 2 = 0;
DELETE FROM twice WHERE part % 3 = 0;
DELETE FROM twice WHERE id BETWEEN 100 AND 500 AND part % 5 = 0;
SELECT * FROM pg_temp.oracle();

-- Rows that only come are added in batches: the TVIEW's constraints, indexes, triggers and readers see each of them.
CREATE TVIEW summary AS SELECT p.id, p.title, p.body, a.name, t.tags FROM post p JOIN author a ON a.id = p.author
    LEFT JOIN (SELECT post, count(*) AS tags FROM tag GROUP BY post) t ON t.post = p.id;
CREATE TVIEW counted AS SELECT name, count(*) AS posts, sum(tags) AS tags FROM summary GROUP BY name;
CREATE TVIEW pairs WITH (key = 'id, author') AS SELECT p.id, p.author, p.title, a.name FROM post p JOIN author a ON a.id = p.author;
INSERT INTO post SELECT n, n % 10 + 1, 'came', CASE WHEN n % 900 = 0 THEN repeat('long', 3000) END FROM generate_series(20001, 22500) AS n;
INSERT INTO tag SELECT n, 'late' FROM generate_series(20001, 20400) AS n;
SELECT * FROM pg_temp.oracle();
UPDATE post SET author = author % 10 + 1 WHERE id > 20100;
SELECT * FROM pg_temp.oracle();
ALTER TABLE summary ADD CHECK (id <> 23999), ADD UNIQUE (id, title);
INSERT INTO post SELECT n, 1, 'refused' FROM generate_series(23001, 24500) AS n;
CREATE UNIQUE INDEX ON pairs (title) WHERE id > 25000;
INSERT INTO post SELECT n, 1, 'title ' || n % 1400 FROM generate_series(25001, 26500) AS n;
SELECT count(*) FROM post WHERE id > 23000;
DROP INDEX pairs_title_idx;
CREATE FUNCTION say_before() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.id % 500 = 0 THEN RAISE NOTICE 'before %', NEW.id; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER say_before BEFORE INSERT ON named FOR EACH ROW EXECUTE FUNCTION say_before();
INSERT INTO post SELECT n, 1, 'seen ' || n FROM generate_series(27000, 28000) AS n;
DROP TRIGGER say_before ON named;
DELETE FROM post WHERE id > 27500;
SELECT * FROM pg_temp.oracle();
-- The same keys come again after they went.
DROP TVIEW late;
BEGIN;
DELETE FROM post WHERE id BETWEEN 20500 AND 21500;
INSERT INTO post SELECT n, 2, 'second' FROM generate_series(20600, 21400) AS n;
SELECT * FROM pg_temp.oracle();
ROLLBACK;
WITH gone AS (DELETE FROM post WHERE id BETWEEN 20001 AND 20700 RETURNING id) INSERT INTO post SELECT id + 10000, 3, 'moved' FROM gone;
SELECT * FROM pg_temp.oracle();

-- A statement that fails half way through leaves nothing.
CREATE TVIEW shares AS SELECT t.id, t.part, 1000 / (3 - (t.part - 20000)) AS share FROM twice t;
INSERT INTO twice SELECT 5000 + n % 100, 5000 + n FROM generate_series(1, 2000) AS n;
INSERT INTO twice SELECT 9000 + n % 100, 19000 + n FROM generate_series(1, 2000) AS n;
SELECT count(*) FROM twice WHERE id >= 9000;
SELECT * FROM pg_temp.oracle();

-- One of two rows of a key has gone when the key becomes unique.
CREATE TABLE doubled (id int, value int, author int);
INSERT INTO doubled VALUES (5, 1, 1), (5, 2, 1), (6, 1, 2);
CREATE INDEX doubled_id ON doubled (id);
CREATE TVIEW singled WITH (refresh = deferred, key = 'id') AS
SELECT d.id, d.value, a.name FROM doubled d JOIN author a ON a.id = d.author;
BEGIN;
DELETE FROM doubled WHERE value = 1;
CREATE UNIQUE INDEX doubled_unique ON doubled (id);
COMMIT;
SELECT * FROM singled;
SELECT * FROM pg_temp.oracle();
DELETE FROM doubled;
SELECT * FROM pg_temp.oracle();
SET client_min_messages = warning;
DROP SCHEMA keyed_many_rows CASCADE;
