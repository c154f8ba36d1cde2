-- W4: lowest and highest value per user, also when the extremum goes.
CREATE TABLE readings (reading_id bigint PRIMARY KEY, user_id bigint NOT NULL, value integer NOT NULL);
INSERT INTO readings SELECT n, 1 + n % (10000 * :size)::bigint, n % 997 FROM generate_series(1, (1000000 * :size)::bigint) AS n;
CREATE INDEX ON readings (user_id, value);
