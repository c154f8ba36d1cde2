-- What the site reads: a document per post, a leaderboard, and its top ten, which is a TVIEW that reads a TVIEW.
CREATE TVIEW post_documents AS
SELECT p.post_id,
       p.user_id,
       jsonb_build_object(
           'title', p.title,
           'votes', p.votes,
           'author', jsonb_build_object('handle', u.handle, 'name', u.name),
           'comments', (
               SELECT coalesce(jsonb_agg(jsonb_build_object('by', a.handle, 'body', c.body) ORDER BY c.comment_id), '[]')
               FROM comments c
               JOIN users a ON a.user_id = c.user_id
               WHERE c.post_id = p.post_id
           )
       ) AS document
FROM posts p
JOIN users u ON u.user_id = p.user_id;

CREATE TVIEW leaderboard AS
SELECT u.user_id, u.name, count(p.post_id) AS posts, coalesce(sum(p.votes), 0) AS votes
FROM users u
LEFT JOIN posts p ON p.user_id = u.user_id
GROUP BY u.user_id, u.name;

CREATE TVIEW top_ten AS
SELECT name, posts, votes FROM leaderboard ORDER BY votes DESC, user_id LIMIT 10;

CREATE INDEX ON post_documents (post_id);
CREATE INDEX ON leaderboard (votes);
ANALYZE post_documents, leaderboard;
