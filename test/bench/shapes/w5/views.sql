-- view: result
SELECT p.post_id, jsonb_build_object('id', p.post_id, 'title', p.title,
       'author', jsonb_build_object('id', u.user_id, 'name', u.name),
       'comments', coalesce(jsonb_agg(jsonb_build_object('id', c.comment_id, 'body', c.body) ORDER BY c.comment_id)
                            FILTER (WHERE c.comment_id IS NOT NULL), '[]'::jsonb)) AS document
FROM posts p LEFT JOIN users u ON u.user_id = p.user_id LEFT JOIN comments c ON c.post_id = p.post_id
GROUP BY p.post_id, u.user_id
