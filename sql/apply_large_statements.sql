-- Many keys and many rows to a key with little memory: what does not fit goes to disk, and the contents are the same.
CREATE SCHEMA apply_large_statements;
SET search_path = apply_large_statements, public;
\i test/lib/oracle.sql

CREATE TABLE post (id int PRIMARY KEY, author int, title text);
CREATE TABLE author (id int PRIMARY KEY, name text);
INSERT INTO author SELECT g, 'a' || g FROM generate_series(1, 50) AS g;
INSERT INTO post SELECT g, g % 50 + 1, 'title ' || g FROM generate_series(1, 5000) AS g;
CREATE TVIEW tv_post AS SELECT p.id, p.author, p.title, a.name FROM post AS p JOIN author AS a ON a.id = p.author;
CREATE TVIEW tv_by_author WITH (key = 'author') AS SELECT author, title FROM post;
SET work_mem = '64kB';
SET pg_tviews.full_refresh_threshold = 1;
UPDATE post SET title = title || '!';
SELECT * FROM pg_temp.oracle();
UPDATE author SET name = name || '?';
SELECT * FROM pg_temp.oracle();
-- All rows under one key, all alike, then apart again.
UPDATE post SET author = 7, title = 'same';
SELECT * FROM pg_temp.oracle();
UPDATE post SET author = id % 50 + 1, title = 'title ' || id;
SELECT * FROM pg_temp.oracle();
DELETE FROM post WHERE id % 3 = 0;
SELECT * FROM pg_temp.oracle();
SET pg_tviews.full_refresh_threshold = 0;
UPDATE post SET title = title || '.' WHERE id < 100;
SELECT * FROM pg_temp.oracle();
RESET pg_tviews.full_refresh_threshold;
INSERT INTO post SELECT g, g % 50 + 1, 'new ' || g FROM generate_series(5001, 9000) AS g;
SELECT * FROM pg_temp.oracle();
SELECT * FROM tview_verify('tv_post');
SELECT * FROM tview_verify('tv_by_author');
DELETE FROM post;
SELECT * FROM pg_temp.oracle();

DROP SCHEMA apply_large_statements CASCADE;
