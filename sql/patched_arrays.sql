-- Rows that are nothing but elements of arrays in jsonb documents, in the order of a number of their own: who comes, goes,
-- changes or moves is one element put, replaced or taken away, with the same bytes as making the array again.
CREATE SCHEMA patched_arrays;
SET search_path = patched_arrays, public;
\i test/lib/oracle.sql
\i test/lib/by_text.sql
\i test/lib/other_bytes.sql
CREATE TABLE author (id int PRIMARY KEY, name text);
CREATE TABLE post (id bigint PRIMARY KEY, author int, title text);
CREATE TABLE comment (gone int, id int PRIMARY KEY, post bigint, body text, shown boolean DEFAULT true, more jsonb, no smallint NOT NULL DEFAULT 0);
ALTER TABLE comment DROP COLUMN gone;
INSERT INTO author SELECT n, 'author ' || n FROM generate_series(1, 3) AS n;
INSERT INTO post SELECT n, n % 4, 'title ' || n FROM generate_series(1, 8) AS n;
INSERT INTO comment SELECT n * 10, n % 7 + 1, 'comment ' || n FROM generate_series(1, 30) AS n;
CREATE INDEX ON post (author);
CREATE INDEX ON comment (post);
CREATE TVIEW listed AS SELECT p.id, jsonb_build_object('title', p.title, 'author', jsonb_build_object('name', a.name), 'comments',
    coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'body', c.body, 'more', c.more) ORDER BY c.id) FILTER (WHERE c.id IS NOT NULL), '[]'), 'z', p.id) AS document
    FROM post p LEFT JOIN author a ON a.id = p.author LEFT JOIN comment c ON c.post = p.id GROUP BY p.id, a.id;
CREATE TVIEW latest AS SELECT p.id, coalesce(jsonb_agg(jsonb_build_object('at', jsonb_build_array(c.more), 'number', c.id) ORDER BY c.id DESC)
    FILTER (WHERE c.body IS NOT NULL AND c.body <> 'hidden'), '[]') AS document FROM post p LEFT JOIN comment c ON c.post = p.id AND c.shown GROUP BY p.id;
CREATE TVIEW twice AS SELECT p.id, jsonb_build_array(p.title, jsonb_agg(jsonb_build_object('n', c.id) ORDER BY c.id) FILTER (WHERE c.post IS NOT NULL),
    coalesce(jsonb_agg(jsonb_build_object('n', c.id, 'b', c.body) ORDER BY c.id) FILTER (WHERE c.id IS NOT NULL AND NOT c.shown), '[]')) AS document
    FROM post p LEFT JOIN comment c ON c.post = p.id GROUP BY p.id;
CREATE TVIEW above AS SELECT id, jsonb_array_length(document -> 'comments') AS comments FROM listed;
SELECT tview, source, strategy FROM tview.tviews AS t, tview_explain(t.tview) AS e WHERE tview::text <> 'above' ORDER BY tview::text, source::text;

-- Only the source was looked up, and by its number.
BEGIN;
SELECT sum(coalesce(seq_scan, 0) + coalesce(idx_scan, 0)) AS before FROM pg_stat_xact_user_tables
WHERE relid IN ('post'::regclass, 'author'::regclass) \gset
INSERT INTO comment VALUES (1000, 3, 'last'), (5, 3, 'first');
UPDATE comment SET body = 'changed' WHERE id = 90;
DELETE FROM comment WHERE id = 20;
SELECT sum(coalesce(seq_scan, 0) + coalesce(idx_scan, 0)) - :before AS scans FROM pg_stat_xact_user_tables
WHERE relid IN ('post'::regclass, 'author'::regclass);
SELECT document -> 'comments' AS comments FROM listed WHERE id = 3;
SELECT other_bytes();
ROLLBACK;
SELECT other_bytes();
-- Everything that can happen to a row, at every place.
DO $$
DECLARE
    statement text;
BEGIN
    FOREACH statement IN ARRAY ARRAY['INSERT INTO comment VALUES (1, 8, ''only'')', 'INSERT INTO comment VALUES (2, 8, ''behind''), (0, 8, ''before'')', 'DELETE FROM comment WHERE id = 1',
        'DELETE FROM comment WHERE post = 8', 'INSERT INTO comment VALUES (1, 8, NULL), (3, NULL, ''nowhere''), (4, 99, ''nowhere'')', 'UPDATE comment SET post = 8 WHERE id < 5',
        'UPDATE comment SET id = id + 1000 WHERE post = 8', 'UPDATE comment SET id = 2000 - id WHERE post = 8', 'UPDATE comment SET post = NULL WHERE post = 8', 'UPDATE comment SET post = 8 WHERE post IS NULL',
        'UPDATE comment SET shown = NOT shown WHERE id % 20 = 0', 'UPDATE comment SET body = ''hidden'' WHERE id % 30 = 0', 'UPDATE comment SET body = NULL WHERE id = 40', 'UPDATE comment SET shown = NULL WHERE post = 2',
        'UPDATE comment SET more = ''{"a": [1, {"b": 2}]}''', 'UPDATE comment SET more = ''1.50'' WHERE id > 100', 'UPDATE comment SET body = repeat(''x'', id * 20)', 'UPDATE comment SET body = ''short'', shown = true',
        'INSERT INTO comment SELECT n, 4, ''many'' FROM generate_series(301, 399) AS n', 'UPDATE comment SET body = ''all'' WHERE post = 4', 'UPDATE comment SET post = 5 WHERE id BETWEEN 310 AND 312',
        'DELETE FROM comment WHERE id = 340', 'INSERT INTO comment VALUES (340, 4, ''back'')', 'DELETE FROM comment WHERE id BETWEEN 301 AND 398', 'UPDATE comment SET no = no + 1', 'UPDATE comment SET id = id WHERE id < 50',
        'WITH gone AS (DELETE FROM comment WHERE id = 10 RETURNING *) INSERT INTO comment SELECT 11, post, body FROM gone',
        'WITH said AS (INSERT INTO comment VALUES (900, 6, ''said'')) UPDATE post SET title = ''both'' WHERE id = 6',
        'DELETE FROM post WHERE id = 6', 'INSERT INTO post VALUES (6, 1, ''again'')', 'TRUNCATE comment', 'INSERT INTO comment SELECT n, n % 9, ''new'' FROM generate_series(1, 60) AS n'] LOOP
        EXECUTE statement;
        ASSERT other_bytes() = '', statement || ': ' || other_bytes();
    END LOOP;
    PERFORM setseed(0.5);
    FOR i IN 1 .. 300 LOOP
        statement := format((ARRAY['INSERT INTO comment VALUES (%1$s, %2$s, ''%3$s'') ON CONFLICT (id) DO UPDATE SET post = %2$s, body = ''%3$s''', 'DELETE FROM comment WHERE id = %1$s',
            'UPDATE comment SET body = ''%3$s'' WHERE id = %1$s', 'UPDATE comment SET post = %2$s WHERE id = %1$s', 'UPDATE comment SET shown = NOT shown WHERE id IN (%1$s, %1$s + 1)',
            'UPDATE comment SET id = 61 - id WHERE id = %1$s AND NOT EXISTS (SELECT FROM comment WHERE id = 61 - %1$s)'])[1 + floor(random() * 6)::int],
            1 + floor(random() * 60)::int, 1 + floor(random() * 8)::int, repeat('y', floor(random() * 10)::int));
        EXECUTE statement;
        ASSERT other_bytes() = '', statement || ': ' || other_bytes();
    END LOOP;
END
$$;
SELECT * FROM pg_temp.oracle();
-- Several statements in one flush, some rolled back.
ALTER TVIEW listed SET (refresh = deferred);
BEGIN;
INSERT INTO comment VALUES (501, 1, 'one'), (502, 1, 'two'), (503, 2, 'three');
SAVEPOINT s;
UPDATE comment SET body = 'undone', post = 3 WHERE id > 500;
ROLLBACK TO s;
DELETE FROM comment WHERE id = 502;
UPDATE comment SET post = 1 WHERE id = 503;
COMMIT;
SELECT other_bytes();
BEGIN ISOLATION LEVEL REPEATABLE READ;
INSERT INTO comment VALUES (504, 1, 'repeatable');
COMMIT;
BEGIN;
ALTER TABLE comment DROP CONSTRAINT comment_pkey;
INSERT INTO comment VALUES (504, 1, 'twice');
DELETE FROM comment WHERE body = 'repeatable';
ALTER TABLE comment ADD PRIMARY KEY (id);
UPDATE comment SET body = 'once' WHERE id = 504;
COMMIT;
SELECT other_bytes();
-- What is more than an element: counted, joined on, filtered by, shown, in an order that is not its own or not unique, beside a row that repeats it.
CREATE FUNCTION strategy_of(query text) RETURNS text LANGUAGE sql AS $$ SELECT strategy FROM tview_explain_query(query) WHERE source = 'comment'::regclass $$;
SELECT what, strategy_of(format('SELECT p.id, jsonb_build_object(''c'', %s) AS document%s FROM post p LEFT JOIN comment c ON c.post = p.id %s GROUP BY p.id',
    CASE WHEN what = 'array' THEN more ELSE coalesce(nullif(more, ''), 'coalesce(jsonb_agg(jsonb_build_object(''id'', c.id) ORDER BY c.id) FILTER (WHERE c.id IS NOT NULL), ''[]''::jsonb)') END, beside, tail))
FROM (VALUES ('as it should be', '', '', ''), ('counted', '', ', count(c.id) AS n', ''), ('rows counted', '', ', count(*) AS n', ''), ('joined on', '', '', 'LEFT JOIN author a ON a.id = c.no'),
    ('filtered by', '', '', 'WHERE c.id IS NULL OR c.id > 3'), ('repeated', '', '', 'LEFT JOIN author a ON a.id > p.id'), ('not by it', '', '', 'WHERE p.id > 0'),
    ('array', 'coalesce(jsonb_agg(jsonb_build_object(''id'', c.id) ORDER BY c.no) FILTER (WHERE c.id IS NOT NULL), ''[]''::jsonb)', '', ''),
    ('array', 'coalesce(jsonb_agg(jsonb_build_object(''no'', c.no) ORDER BY c.id) FILTER (WHERE c.id IS NOT NULL), ''[]''::jsonb)', '', ''),
    ('array', 'coalesce(jsonb_agg(jsonb_build_object(''id'', c.id, ''title'', p.title) ORDER BY c.id) FILTER (WHERE c.id IS NOT NULL), ''[]''::jsonb)', '', ''),
    ('array', 'coalesce(jsonb_agg(jsonb_build_object(''id'', c.id) ORDER BY c.id), ''[]''::jsonb)', '', ''),
    ('array', 'coalesce(jsonb_agg(jsonb_build_object(''id'', c.id) ORDER BY c.id) FILTER (WHERE p.id > 0), ''[]''::jsonb)', '', ''),
    ('array', 'coalesce(jsonb_agg(DISTINCT jsonb_build_object(''id'', c.id)) FILTER (WHERE c.id IS NOT NULL), ''[]''::jsonb)', '', '')) AS v (what, more, beside, tail);
SET client_min_messages = error;
DROP SCHEMA patched_arrays CASCADE;
