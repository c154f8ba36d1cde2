-- W1: posts with the name of their author.
CREATE TABLE users (user_id bigint PRIMARY KEY, name text NOT NULL, bio text NOT NULL DEFAULT '');
CREATE TABLE posts (post_id bigint PRIMARY KEY, user_id bigint NOT NULL REFERENCES users, title text NOT NULL, views integer NOT NULL DEFAULT 0);
INSERT INTO users SELECT n, 'user ' || n FROM generate_series(1, (10000 * :size)::bigint) AS n;
INSERT INTO posts SELECT n, 1 + n % (10000 * :size)::bigint, 'title of ' || n FROM generate_series(1, (200000 * :size)::bigint) AS n;
CREATE INDEX ON posts (user_id);
