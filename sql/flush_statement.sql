-- Nothing is flushed in the middle of a statement (scenarios 86, 87): functions called by a data-modifying statement,
-- defaults under COPY, foreign-key cascades with K = (parent column, child column).
CREATE SCHEMA flush_statement;
SET search_path = flush_statement, public;
\i test/lib/oracle.sql
CREATE TABLE a (id int PRIMARY KEY, k int, v int);
CREATE TABLE b (id int PRIMARY KEY, k int, v int);
INSERT INTO a SELECT n, n % 3, n FROM generate_series(1, 9) AS n;
INSERT INTO b SELECT n, n % 3, n FROM generate_series(1, 9) AS n;
CREATE TVIEW ab AS SELECT a.k, a.v, b.v AS w FROM a JOIN b ON b.k = a.k;
CREATE TVIEW sums AS SELECT a.k AS ak, b.v AS bv, count(*) AS n FROM a JOIN b ON b.k = a.k GROUP BY a.k, b.v;
CREATE FUNCTION write_b(which int) RETURNS int LANGUAGE plpgsql AS $$
BEGIN
    UPDATE b SET k = k + 1, v = v + 100 WHERE id = which;
    RETURN which + 10;
END
$$;
CREATE FUNCTION flush_now() RETURNS int LANGUAGE plpgsql AS $$
BEGIN
    PERFORM tview_flush();
    RETURN 1;
END
$$;
UPDATE a SET v = write_b(id), k = k + 1;
SELECT * FROM pg_temp.oracle();
INSERT INTO a SELECT 20 + n, n, write_b(n) FROM generate_series(1, 3) AS n;
SELECT * FROM pg_temp.oracle();
DELETE FROM a WHERE id = 1 RETURNING write_b(id);
SELECT * FROM pg_temp.oracle();
WITH w AS (UPDATE a SET k = write_b(id) % 3 WHERE id < 4 RETURNING id) SELECT count(*) FROM w;
SELECT * FROM pg_temp.oracle();
INSERT INTO a VALUES (2, 2, write_b(2)) ON CONFLICT (id) DO UPDATE SET v = write_b(3);
SELECT * FROM pg_temp.oracle();
MERGE INTO a USING b ON a.id = b.id WHEN MATCHED AND b.id < 5 THEN UPDATE SET v = write_b(b.id + 1);
SELECT * FROM pg_temp.oracle();
-- A SELECT does not modify: each statement in the function is flushed.
SELECT write_b(5);
SELECT * FROM pg_temp.oracle();
ALTER TABLE a ALTER COLUMN v SET DEFAULT write_b(6);
COPY a (id, k) FROM stdin;
60	1
61	2
\.
SELECT * FROM pg_temp.oracle();
CREATE TABLE no_source (x int);
INSERT INTO no_source SELECT write_b(7);
SELECT * FROM pg_temp.oracle();

-- tview_flush() where it cannot be.
UPDATE b SET v = v + flush_now() WHERE id = 1;
BEGIN;
UPDATE b SET v = v + 1 WHERE id = 1;
SELECT tview_flush();
COMMIT;
DO $$
BEGIN
    UPDATE b SET v = v + 1 WHERE id = 2;
    UPDATE a SET v = tview_flush() + write_b(id) WHERE id = 2;
END
$$;
SELECT * FROM pg_temp.oracle();

CREATE TABLE parent (id int PRIMARY KEY, pk int);
CREATE TABLE child (id int PRIMARY KEY, parent int REFERENCES parent ON DELETE CASCADE ON UPDATE CASCADE, ck int);
INSERT INTO parent SELECT n, n % 2 FROM generate_series(1, 6) AS n;
INSERT INTO child SELECT n, (n - 1) % 6 + 1, n % 3 FROM generate_series(1, 18) AS n;
CREATE TVIEW pairs AS SELECT p.pk, c.ck, count(*) AS n FROM parent AS p JOIN child AS c ON c.parent = p.id GROUP BY p.pk, c.ck;
DELETE FROM parent WHERE id IN (1, 2);
SELECT * FROM pg_temp.oracle();
UPDATE parent SET id = id + 10, pk = pk + 1;
SELECT * FROM pg_temp.oracle();
-- What is only explained is no statement; what is explained and run is one.
\o /dev/null
EXPLAIN DELETE FROM parent WHERE id = 13;
\o
SELECT * FROM pg_temp.oracle();
\o /dev/null
EXPLAIN ANALYZE DELETE FROM parent WHERE id = 13;
\o
SELECT * FROM pg_temp.oracle();
SET client_min_messages = error;
DROP SCHEMA flush_statement CASCADE;
