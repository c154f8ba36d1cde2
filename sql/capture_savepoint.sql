-- Rolled-back changes are no changes, and a rolled-back flush has not flushed (scenarios 52, 94).
CREATE SCHEMA capture_savepoint;
SET search_path = capture_savepoint, public;
\i test/lib/oracle.sql
CREATE TABLE a (id int PRIMARY KEY, v text);
CREATE TVIEW now AS SELECT id, upper(v) AS v FROM a;
CREATE TVIEW later WITH (refresh = 'deferred') AS SELECT id, lower(v) AS v FROM a;
INSERT INTO a SELECT n, 'Row ' || n FROM generate_series(1, 3) AS n;

BEGIN;
INSERT INTO a VALUES (10, 'Ten');
SAVEPOINT s1;
UPDATE a SET v = 'Changed' WHERE id = 10;
SAVEPOINT s2;
DELETE FROM a WHERE id = 1;
ROLLBACK TO s2;
SELECT * FROM now ORDER BY id;
INSERT INTO a VALUES (11, 'Eleven');
RELEASE s2;
ROLLBACK TO s1;
INSERT INTO a VALUES (12, 'Twelve');
RELEASE s1;
SELECT tview FROM pg_temp.oracle();
COMMIT;
SELECT * FROM later ORDER BY id;
SELECT * FROM pg_temp.oracle();

-- The flush is undone, so the change is pending again.
BEGIN;
INSERT INTO a VALUES (20, 'Twenty');
SAVEPOINT s;
SELECT tview_flush();
SELECT tview_flush();
SELECT count(*) FROM later WHERE id = 20;
ROLLBACK TO s;
SELECT count(*) FROM later WHERE id = 20;
COMMIT;
SELECT count(*) FROM later WHERE id = 20;
SELECT * FROM pg_temp.oracle();
BEGIN;
INSERT INTO a VALUES (21, 'One');
SAVEPOINT s;
INSERT INTO a VALUES (22, 'Two');
SELECT tview_flush();
DELETE FROM a WHERE id = 21;
RELEASE s;
SAVEPOINT s;
SELECT tview_flush();
ROLLBACK TO s;
UPDATE a SET v = 'last' WHERE id = 22;
COMMIT;
SELECT * FROM pg_temp.oracle();

-- Exception blocks.
DO $$
BEGIN
    FOR i IN 30 .. 35 LOOP
        BEGIN
            INSERT INTO a VALUES (i, 'Block');
            UPDATE a SET v = v || i WHERE id = 2;
            IF i % 2 = 0 THEN
                RAISE EXCEPTION 'undo';
            END IF;
        EXCEPTION WHEN raise_exception THEN
            NULL;
        END;
    END LOOP;
END
$$;
SELECT * FROM pg_temp.oracle();
SELECT id FROM now WHERE id >= 30 ORDER BY id;

-- An error in mid-statement leaves no trace, and the next statement is flushed as ever.
BEGIN;
SAVEPOINT s;
INSERT INTO a SELECT n, 1 / (42 - n) FROM generate_series(40, 45) AS n;
ROLLBACK TO s;
INSERT INTO a VALUES (50, 'Fifty');
SELECT count(*) FROM now WHERE id = 50;
COMMIT;
SELECT * FROM pg_temp.oracle();
SET client_min_messages = error;
DROP SCHEMA capture_savepoint CASCADE;
