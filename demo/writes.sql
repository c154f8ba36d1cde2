-- Ordinary SQL, written by an application that knows nothing of TVIEWs. Each statement returns with all of them right.
\echo
\echo '== A post with its author and comments is one row, one document:'
SELECT jsonb_pretty(document) FROM post_documents WHERE post_id = 4711;

\echo '== A comment arrives, and its author changes her name:'
\echo 'INSERT INTO comments …'
\timing on
INSERT INTO comments (post_id, user_id, body) VALUES (4711, 42, 'A write appears in a TVIEW.');
\echo 'UPDATE users …'
UPDATE users SET name = 'Grace Hopper', handle = 'amazing_grace' WHERE user_id = 42;
\timing off
SELECT document -> 'comments' -> -1 AS last_comment FROM post_documents WHERE post_id = 4711;

\echo '== A new author takes the lead:'
BEGIN;
INSERT INTO users (user_id, handle, name, joined_at) VALUES (5001, 'newcomer', 'New Comer', '2026-01-01 00:00:00+00');
INSERT INTO posts (user_id, title, body, votes)
SELECT 5001, 'Post ' || n, 'Text', 100000 FROM generate_series(1, 3) AS n;
COMMIT;
SELECT * FROM top_ten ORDER BY votes DESC;

\echo '== Posts move to another author; votes come in by the thousand; a rollback takes it all back:'
BEGIN;
UPDATE posts SET user_id = 5001 WHERE user_id = 42;
UPDATE posts SET votes = votes + 1 WHERE post_id % 20 = 0;
SAVEPOINT before_mistake;
DELETE FROM users WHERE user_id <= 100;
ROLLBACK TO before_mistake;
COMMIT;

INSERT INTO posts (post_id, user_id, title, body, votes) VALUES (4711, 7, 'unused', 'unused', 1)
ON CONFLICT (post_id) DO UPDATE SET votes = posts.votes + excluded.votes;

MERGE INTO posts p
USING (VALUES (1, 10), (2, -10), (3, 5)) AS change (post_id, votes) ON change.post_id = p.post_id
WHEN MATCHED THEN UPDATE SET votes = p.votes + change.votes;

WITH moved AS (DELETE FROM comments WHERE post_id = 2 RETURNING user_id, body)
INSERT INTO comments (post_id, user_id, body) SELECT 3, user_id, body FROM moved;

\echo '== A user leaves; foreign keys take her posts and comments along:'
DELETE FROM users WHERE user_id = 5001;
SELECT count(*) AS posts_left FROM post_documents WHERE user_id = 5001;
SELECT * FROM top_ten ORDER BY votes DESC LIMIT 3;
