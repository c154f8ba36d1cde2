-- Many rows in one statement, many statements and savepoints in one transaction (scenario 55): spilling, degrading,
-- no growing memory; errors and timeouts in the middle of it, then again (54).
CREATE SCHEMA flush_large;
SET search_path = flush_large, public;
\i test/lib/oracle.sql
CREATE TABLE t (id int PRIMARY KEY, k int, v int);
CREATE INDEX ON t (k);
CREATE TABLE g (k int PRIMARY KEY, name text);
INSERT INTO g SELECT n, 'g' || n FROM generate_series(0, 999) AS n;
CREATE TVIEW joined AS SELECT t.id, g.name, t.v FROM t JOIN g ON g.k = t.k;
CREATE TVIEW sums AS SELECT k, count(*) AS n, sum(v) AS s FROM t GROUP BY k;
CREATE TVIEW later WITH (refresh = 'deferred') AS SELECT k, max(v) AS m FROM t GROUP BY k;
SET work_mem = '64kB';
INSERT INTO t SELECT n, n % 1000, n FROM generate_series(1, 50000) AS n;
SELECT * FROM pg_temp.oracle();
UPDATE t SET v = v + 1 WHERE id % 3 = 0;
SELECT * FROM pg_temp.oracle();
BEGIN;
UPDATE t SET k = (k + 1) % 1000 WHERE id % 5 = 0;
SAVEPOINT s;
DELETE FROM t WHERE id % 7 = 0;
UPDATE t SET k = 3 WHERE id < 5000;
ROLLBACK TO s;
UPDATE t SET v = 0 WHERE id < 5000;
COMMIT;
SELECT * FROM pg_temp.oracle();
SET pg_tviews.change_set_limit = 1000;
UPDATE t SET v = v + 1 WHERE id % 2 = 0;
SELECT * FROM pg_temp.oracle();
BEGIN;
UPDATE t SET v = v + 1 WHERE id < 3000;
SAVEPOINT s;
UPDATE t SET k = 5 WHERE id < 3000;
ROLLBACK TO s;
DELETE FROM t WHERE id = 7;
COMMIT;
SELECT * FROM pg_temp.oracle();
RESET pg_tviews.change_set_limit;
RESET work_mem;

-- Statement by statement, with a savepoint each: the change sets stay small.
CREATE FUNCTION change_sets() RETURNS bigint LANGUAGE sql AS $$
    SELECT coalesce(sum(total_bytes), 0)::bigint FROM pg_backend_memory_contexts WHERE name LIKE 'pg\_tviews change%'
$$;
BEGIN;
DO $$
BEGIN
    FOR i IN 1 .. 3000 LOOP
        BEGIN
            UPDATE flush_large.t SET v = v + 1 WHERE id = i;
        EXCEPTION WHEN division_by_zero THEN
            NULL;
        END;
    END LOOP;
END
$$;
SELECT change_sets() < 1000000 AS small;
COMMIT;
SELECT * FROM pg_temp.oracle();

-- Cancelled in mid-flush, then again.
CREATE FUNCTION slow(v int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF v = 777 THEN
        PERFORM pg_sleep(600);
    END IF;
    RETURN v;
END
$$;
CREATE TVIEW slowly AS SELECT id, slow(v) AS v FROM t WHERE id < 10;
BEGIN;
UPDATE t SET v = 5 WHERE id = 1;
SAVEPOINT s;
SET LOCAL statement_timeout = '3s';
UPDATE t SET v = 777 WHERE id = 2;
ROLLBACK TO s;
UPDATE t SET v = 6 WHERE id = 2;
SELECT * FROM slowly WHERE id < 3 ORDER BY id;
COMMIT;
SELECT * FROM pg_temp.oracle();
SET client_min_messages = error;
DROP SCHEMA flush_large CASCADE;
