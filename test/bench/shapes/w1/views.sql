-- view: result
SELECT p.post_id, p.user_id, p.title, u.name AS author FROM posts p JOIN users u ON u.user_id = p.user_id
