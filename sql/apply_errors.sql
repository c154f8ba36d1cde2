-- Scenarios 32 and 54: an error, a timeout in the middle of a flush fails the writer's statement; nothing has changed,
-- and the same statement works later.
CREATE SCHEMA apply_errors;
SET search_path = apply_errors, public;
\i test/lib/oracle.sql

SET client_min_messages = warning;
CREATE TABLE part (id int PRIMARY KEY, total int, pieces int);
INSERT INTO part SELECT g, 100, g FROM generate_series(1, 5) AS g;
CREATE FUNCTION careful(n int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$
BEGIN
    IF n = 13 AND current_setting('apply_errors.slow', true) = 'on' THEN
        PERFORM pg_sleep(600);
    END IF;
    RETURN n;
END
$$;
CREATE TVIEW tv_part AS SELECT id, total / pieces AS each, careful(pieces) AS pieces FROM part;
CREATE TVIEW tv_total AS SELECT sum(each) AS each FROM tv_part;

INSERT INTO part VALUES (6, 100, 0);
UPDATE part SET pieces = pieces - 1;
SELECT * FROM pg_temp.oracle();
SELECT count(*) FROM part;
UPDATE part SET pieces = pieces + 1;
SELECT * FROM pg_temp.oracle();

SET apply_errors.slow = on;
SET statement_timeout = '2s';
UPDATE part SET pieces = 13 WHERE id = 1;
RESET statement_timeout;
SET apply_errors.slow = off;
SELECT * FROM pg_temp.oracle();
UPDATE part SET pieces = 13 WHERE id = 1;
SELECT * FROM pg_temp.oracle();

-- In a subtransaction, and the transaction goes on.
BEGIN;
UPDATE part SET total = 200 WHERE id = 2;
SAVEPOINT s;
UPDATE part SET pieces = 0 WHERE id = 3;
ROLLBACK TO s;
SELECT * FROM pg_temp.oracle();
UPDATE part SET total = 300 WHERE id = 3;
SELECT * FROM pg_temp.oracle();
COMMIT;
SELECT * FROM pg_temp.oracle();
TABLE tv_total;

DROP SCHEMA apply_errors CASCADE;
