-- single: insert post
INSERT INTO posts VALUES (10000000 + :i, 1 + :i % (10000 * :size)::bigint, 'new');
-- single: update title
UPDATE posts SET title = 'title ' || :i WHERE post_id = :post;
-- single: rename user (20 posts)
UPDATE users SET name = 'user ' || :i WHERE user_id = :user;
-- single: delete post
DELETE FROM posts WHERE post_id = 10000000 + :i;
-- single: unread column
UPDATE posts SET views = views + 1 WHERE post_id = :post;
-- bulk: insert 10,000 posts
INSERT INTO posts SELECT 20000000 + n, 1 + n % (10000 * :size)::bigint, 'new' FROM generate_series(1, 10000) AS n;
-- bulk: update 10,000 titles
UPDATE posts SET title = 'title in round ' || :i WHERE post_id > 20000000;
-- bulk: delete 10,000 posts
DELETE FROM posts WHERE post_id > 20000000;
-- bulk: rename 500 users (10,000 posts)
UPDATE users SET name = 'user in round ' || :i WHERE user_id <= 500;
