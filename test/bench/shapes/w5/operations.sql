-- single: insert comment
INSERT INTO comments VALUES (10000000 + :i, 1 + :i % (40000 * :size)::bigint, 'new');
-- single: update comment
UPDATE comments SET body = 'body ' || :i WHERE comment_id = :comment;
-- single: delete comment
DELETE FROM comments WHERE comment_id = 10000000 + :i;
-- single: update title
UPDATE posts SET title = 'title ' || :i WHERE post_id = :post;
-- single: rename author (20 documents)
UPDATE users SET name = 'user ' || :i WHERE user_id = :user;
-- bulk: insert 10,000 comments
INSERT INTO comments SELECT 20000000 + n, 1 + n % (40000 * :size)::bigint, 'new' FROM generate_series(1, 10000) AS n;
-- bulk: delete 10,000 comments
DELETE FROM comments WHERE comment_id > 20000000;
