-- W5: a jsonb document per post, with its author and the array of its comments.
CREATE TABLE users (user_id bigint PRIMARY KEY, name text NOT NULL);
CREATE TABLE posts (post_id bigint PRIMARY KEY, user_id bigint REFERENCES users, title text NOT NULL);
CREATE TABLE comments (comment_id bigint PRIMARY KEY, post_id bigint NOT NULL REFERENCES posts, body text NOT NULL);
INSERT INTO users SELECT n, 'user ' || n FROM generate_series(1, (2000 * :size)::bigint) AS n;
INSERT INTO posts SELECT n, 1 + n % (2000 * :size)::bigint, 'title of ' || n FROM generate_series(1, (40000 * :size)::bigint) AS n;
INSERT INTO comments SELECT n, 1 + n % (40000 * :size)::bigint, 'a comment about post ' || n FROM generate_series(1, (200000 * :size)::bigint) AS n;
CREATE INDEX ON posts (user_id);
CREATE INDEX ON comments (post_id, comment_id);
