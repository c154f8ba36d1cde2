-- W2: a leaderboard, count and sum per user.
CREATE TABLE users (user_id bigint PRIMARY KEY, name text NOT NULL);
CREATE TABLE workouts (workout_id bigint PRIMARY KEY, user_id bigint NOT NULL REFERENCES users, minutes integer NOT NULL);
INSERT INTO users SELECT n, 'user ' || n FROM generate_series(1, (10000 * :size)::bigint) AS n;
INSERT INTO workouts SELECT n, 1 + n % (10000 * :size)::bigint, n % 90 FROM generate_series(1, (1000000 * :size)::bigint) AS n;
CREATE INDEX ON workouts (user_id);
