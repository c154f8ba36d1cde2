-- single: insert inside
INSERT INTO readings VALUES (10000000 + :i, 1 + :i % (10000 * :size)::bigint, 500);
-- single: delete inside
DELETE FROM readings WHERE reading_id = 10000000 + :i;
-- single: insert maximum
INSERT INTO readings VALUES (10000000 + :i, 1 + :i % (10000 * :size)::bigint, 5000);
-- single: delete maximum
DELETE FROM readings WHERE reading_id = 10000000 + :i;
-- bulk: insert 10,000 maxima
INSERT INTO readings SELECT 20000000 + n, 1 + n % (10000 * :size)::bigint, 5000 FROM generate_series(1, 10000) AS n;
-- bulk: delete 10,000 maxima
DELETE FROM readings WHERE reading_id > 20000000;
