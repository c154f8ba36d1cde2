-- An UPDATE of what is nothing but the value of a key in a jsonb document, wherever its row is joined, writes that value
-- into the stored document: with the same bytes as making the document again.
CREATE SCHEMA patched_documents;
SET search_path = patched_documents, public;
SET TimeZone = 'UTC'; -- as maintenance renders
\i test/lib/oracle.sql
\i test/lib/by_text.sql
\i test/lib/other_bytes.sql
CREATE DOMAIN short AS text CHECK (length(value) < 100);
CREATE TABLE team (gone int, id int PRIMARY KEY, name text, more jsonb);
ALTER TABLE team DROP COLUMN gone;
CREATE TABLE author (id int PRIMARY KEY, team int, name text, rank numeric, born date, seen timestamptz, label short, tags text[], flag boolean, more jsonb);
CREATE TABLE post (id int PRIMARY KEY, author int, title text, note text, votes int DEFAULT 0);
CREATE TABLE comment (id int PRIMARY KEY, post int, body text);
INSERT INTO team SELECT n, 'team ' || n, '{"a": 1}' FROM generate_series(1, 3) AS n;
INSERT INTO author SELECT n, nullif(n % 4, 0), 'author ' || n, n FROM generate_series(1, 6) AS n;
INSERT INTO post SELECT n, nullif(n % 7, 0), 'title ' || n, NULL, n FROM generate_series(1, 20) AS n;
INSERT INTO comment SELECT n, n % 15 + 1, 'comment ' || n FROM generate_series(1, 60) AS n;
CREATE INDEX ON post (author);
CREATE INDEX ON author (team);
CREATE INDEX ON comment (post);
-- Every kind of value, before and behind others of all kinds, in objects, in arrays, more than 32 of them.
CREATE TVIEW plain AS SELECT p.id, jsonb_build_object('id', p.id, 'title', p.title, 'note', p.note, 'votes', p.votes,
    'author', jsonb_build_object('name', a.name, 'rank', a.rank, 'born', a.born, 'seen', a.seen, 'label', a.label, 'tags', a.tags,
        'flag', a.flag, 'more', a.more, 'team', jsonb_build_object('id', t.id, 'name', t.name, 'more', t.more)),
    'list', jsonb_build_array(p.title, jsonb_build_array(a.rank, 1.50, t.name), jsonb_build_array(), jsonb_build_object(), NULL, a.more)) AS document
    FROM post p JOIN author a ON a.id = p.author LEFT JOIN team t ON t.id = a.team;
CREATE TVIEW long AS SELECT p.id, a.name, jsonb_build_array(p.id, p.id, p.id, p.id, p.id, p.id, p.id, p.id, p.id, p.id,
    p.title, a.name, p.id, p.id, p.id, p.id, p.id, p.id, p.id, p.id, p.id, p.id, p.id, p.id, p.id, p.id, p.id, p.id,
    a.rank, p.votes, p.id, a.more, p.id, p.id, p.id, p.id, p.id, p.title, a.rank, p.id) AS document
    FROM post p JOIN author a ON a.id = p.author;
-- Values of two rows, keys that are no constants or occur twice, documents in documents of other kinds.
CREATE TVIEW mixed AS SELECT p.id, jsonb_build_object('both', p.title || a.name, 'votes', p.votes, 'name', upper(a.name),
    'if', CASE WHEN p.id > 5 THEN jsonb_build_object('name', a.name) END, 'keys', jsonb_build_object(coalesce(a.name, '?'), a.name, 'a', p.note),
    'same', jsonb_build_object('a', a.name, 'a', a.rank), 'list', jsonb_build_array(VARIADIC ARRAY[a.name, p.note])) AS document
    FROM post p JOIN author a ON a.id = p.author WHERE p.votes < 100 AND jsonb_typeof(a.more) IS DISTINCT FROM 'null';
CREATE TVIEW grouped AS SELECT p.id, jsonb_build_object('id', p.id, 'title', p.title, 'author', jsonb_build_object('id', a.id, 'name', a.name, 'rank', a.rank),
    'count', count(c.id), 'comments', coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'body', c.body) ORDER BY c.id)
        FILTER (WHERE c.id IS NOT NULL), '[]'), 'votes', p.votes) AS document
    FROM post p LEFT JOIN author a ON a.id = p.author LEFT JOIN comment c ON c.post = p.id GROUP BY p.id, a.id;
CREATE TVIEW above AS SELECT id, document -> 'author' ->> 'name' AS name, document -> 'title' AS title FROM grouped;
SELECT tview, source, strategy FROM tview.tviews AS t, tview_explain(t.tview) AS e WHERE tview::text <> 'above' ORDER BY tview::text, source::text;

SELECT source, strategy, reason FROM tview_explain_query((SELECT definition FROM tview.tviews WHERE tview = 'grouped'::regclass)) ORDER BY source::text;

-- Each value longer, shorter, as long, NULL, of another kind, and toasted.
UPDATE author SET name = 'new' WHERE id = 3;
SELECT other_bytes();
DO $$
DECLARE
    assignment text;
BEGIN
    FOREACH assignment IN ARRAY ARRAY['name = name || id', 'name = NULL', 'name = ''''', 'name = ''abc'' WHERE id < 4', 'name = repeat(''x'', id * 3000)', 'name = ''n''',
        'rank = 1.0', 'rank = 1.00', 'rank = 12345678901234567890.123456789', 'rank = NULL', 'rank = -0.5', 'rank = ''NaN''', 'rank = id',
        'born = ''2020-02-03''', 'born = NULL', 'seen = ''2020-02-03 04:05:06.7+08''', 'label = ''l'' || id', 'tags = ARRAY[name, NULL, ''t'']', 'tags = NULL',
        'flag = true', 'flag = false', 'flag = NULL', 'more = ''1''', 'more = ''"text"''', 'more = ''{"b": [1, {"c": 2}], "a": null}''', 'more = ''[]''',
        'more = ''{}''', 'more = ''[1.5, [2, "x"]]''', 'more = NULL', 'more = ''null''', 'more = to_jsonb(repeat(''y'', 5000 + id))', 'more = ''true''',
        'name = ''all'', rank = 3, flag = true, more = ''{"all": true}'', label = ''all''', 'name = name, rank = 3.0'] LOOP
        EXECUTE 'UPDATE author SET ' || assignment;
        ASSERT other_bytes() = '', assignment || ': ' || other_bytes();
        IF assignment ~ '^(name|more)' AND assignment !~ 'rank|label' THEN
            EXECUTE 'UPDATE team SET ' || assignment;
        END IF;
        ASSERT other_bytes() = '', assignment || ': ' || other_bytes();
    END LOOP;
END
$$;
SELECT * FROM pg_temp.oracle();
-- Only the rows on the way to the document were looked up.
BEGIN;
SELECT sum(coalesce(seq_scan, 0) + coalesce(idx_scan, 0)) AS before FROM pg_stat_xact_user_tables
WHERE relid IN ('team'::regclass, 'comment'::regclass) \gset
UPDATE author SET name = 'alone' WHERE id = 5;
UPDATE post SET title = 'alone' WHERE id = 5;
SELECT sum(coalesce(seq_scan, 0) + coalesce(idx_scan, 0)) - :before AS scans FROM pg_stat_xact_user_tables
WHERE relid IN ('team'::regclass, 'comment'::regclass);
SELECT document -> 'title', document -> 'author' -> 'name' FROM grouped WHERE id = 5;
SELECT other_bytes();
ROLLBACK;
SELECT other_bytes();
-- A value that is not the document's alone: in a condition, in another value, as a key, in an array's order.
UPDATE author SET name = 'not ' || id, more = 'null' WHERE id < 3;
SELECT other_bytes();
UPDATE author SET more = NULL;
UPDATE post SET votes = 200 WHERE id IN (3, 4);
SELECT count(*) FROM mixed;
SELECT other_bytes();
UPDATE post SET votes = 0, title = 'back', note = 'too';
UPDATE author SET team = 3, name = 'moved', rank = 7 WHERE id = 1;
UPDATE author SET id = 60, name = 'far' WHERE id = 6;
UPDATE comment SET body = 'changed', post = 2 WHERE post = 1;
SELECT other_bytes();
-- Rows that come and go, several sources at once, a row several times.
INSERT INTO post VALUES (30, 1, 'come');
DELETE FROM post WHERE id = 2;
DELETE FROM author WHERE id = 2;
INSERT INTO author VALUES (2, 1, 'again'), (6, 2, 'again');
SELECT other_bytes();
WITH renamed AS (UPDATE author SET name = 'both' WHERE id = 1), said AS (INSERT INTO comment VALUES (1000, 7, 'both')) UPDATE post SET title = 'both' WHERE author = 1;
SELECT other_bytes();
ALTER TVIEW grouped SET (refresh = deferred);
BEGIN;
UPDATE author SET name = 'first' WHERE id IN (1, 3);
SAVEPOINT s;
UPDATE author SET name = 'second', team = 2 WHERE id = 1;
ROLLBACK TO s;
UPDATE author SET name = 'third' WHERE id = 3;
COMMIT;
SELECT other_bytes();
BEGIN;
UPDATE post SET title = 'deferred';
INSERT INTO comment VALUES (1001, 7, 'deferred');
COMMIT;
BEGIN ISOLATION LEVEL REPEATABLE READ;
UPDATE post SET title = 'repeatable', note = 'read';
UPDATE author SET rank = 1.10;
COMMIT;
SELECT other_bytes();
-- The document is part of K, or in a TVIEW with a row per group that does not tell the row.
CREATE TVIEW keyed WITH (key = 'document') AS SELECT p.id, jsonb_build_object('title', p.title, 'name', a.name) AS document
    FROM post p JOIN author a ON a.id = p.author;
CREATE TVIEW titles AS SELECT p.author AS id, jsonb_build_object('author', p.author, 'title', p.title, 'posts', count(*)) AS document
    FROM post p GROUP BY p.author, p.title;
SELECT tview, source, strategy FROM tview.tviews AS t, tview_explain(t.tview) AS e WHERE tview::text IN ('keyed', 'titles') ORDER BY tview::text, source::text;
UPDATE author SET name = 'key' WHERE id = 3;
UPDATE post SET title = 'key' WHERE id % 2 = 0;
SELECT differences();
DROP TVIEW keyed, titles;
-- A document that its query did not make is not guessed at.
SET session_replication_role = replica;
UPDATE grouped SET document = '{"title": 1}' WHERE id = 3;
RESET session_replication_role;
UPDATE author SET name = 'missing' WHERE id = 3;
SELECT * FROM tview_verify('grouped', repair => true);
UPDATE author SET name = 'there' WHERE id = 3;
SELECT other_bytes();
SELECT * FROM pg_temp.oracle();
SET client_min_messages = error;
DROP SCHEMA patched_documents CASCADE;
