-- Every way to write a table (scenario 48) and triggers that change, add and remove rows (48, 75).
CREATE SCHEMA capture_writes;
SET search_path = capture_writes, public;
\i test/lib/oracle.sql
CREATE TABLE a (id int PRIMARY KEY, k int, v text);
CREATE TABLE b (id int PRIMARY KEY, k int, v text);
CREATE TVIEW ab AS SELECT a.id, b.id AS bid, a.v, b.v AS w FROM a JOIN b ON b.k = a.k;
CREATE TVIEW groups AS SELECT k, count(*) AS n, max(v) AS top FROM a GROUP BY k;

COPY a FROM stdin;
1	1	one
2	1	two
3	2	three
\.
INSERT INTO b SELECT n, n % 3, 'b' || n FROM generate_series(1, 6) AS n;
SELECT * FROM pg_temp.oracle();
INSERT INTO a VALUES (1, 5, 'x'), (9, 1, 'nine') ON CONFLICT (id) DO UPDATE SET k = excluded.k, v = excluded.v;
SELECT * FROM pg_temp.oracle();
INSERT INTO a VALUES (1, 6, 'y') ON CONFLICT DO NOTHING;
SELECT * FROM pg_temp.oracle();
MERGE INTO a USING (VALUES (1, 0), (2, 2), (77, 1)) AS s (id, k) ON a.id = s.id
    WHEN MATCHED AND s.k = 0 THEN DELETE
    WHEN MATCHED THEN UPDATE SET k = s.k
    WHEN NOT MATCHED THEN INSERT VALUES (s.id, s.k, 'merged');
SELECT * FROM pg_temp.oracle();
UPDATE a SET k = b.k FROM b WHERE b.id = a.id;
SELECT * FROM pg_temp.oracle();
DELETE FROM a USING b WHERE b.id = a.id AND b.id = 2;
SELECT * FROM pg_temp.oracle();
WITH gone AS (DELETE FROM a WHERE id = 3 RETURNING *), more AS (INSERT INTO b VALUES (30, 1, 'cte'))
INSERT INTO a SELECT id + 100, k, v FROM gone;
SELECT * FROM pg_temp.oracle();

BEGIN;
DECLARE c CURSOR FOR SELECT * FROM a ORDER BY id FOR UPDATE;
FETCH 1 FROM c;
UPDATE a SET k = 2 WHERE CURRENT OF c;
SELECT * FROM pg_temp.oracle();
FETCH 1 FROM c;
DELETE FROM a WHERE CURRENT OF c;
SELECT * FROM pg_temp.oracle();
COMMIT;

PREPARE add_a (int, int) AS INSERT INTO a VALUES ($1, $2, 'prepared');
EXECUTE add_a(200, 1);
EXECUTE add_a(201, 2);
SELECT * FROM pg_temp.oracle();

-- Read your writes inside a function, statement by statement.
DO $$
DECLARE
    seen bigint;
BEGIN
    FOR i IN 300 .. 303 LOOP
        INSERT INTO a VALUES (i, 300, 'loop');
        SELECT n INTO STRICT seen FROM groups WHERE k = 300;
        RAISE NOTICE 'group has % rows', seen;
    END LOOP;
END
$$;
SELECT * FROM pg_temp.oracle();
CREATE PROCEDURE in_two_transactions() LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO a VALUES (400, 1, 'committed');
    COMMIT;
    INSERT INTO a VALUES (401, 1, 'rolled back');
    ROLLBACK;
    DELETE FROM a WHERE id = 400;
    COMMIT;
END
$$;
CALL in_two_transactions();
SELECT * FROM pg_temp.oracle();

-- Triggers that change the row, write another source, write their own table, delete the row just inserted.
CREATE FUNCTION before_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    BEGIN
        PERFORM 1 / (new.k - 13);
    EXCEPTION WHEN division_by_zero THEN
        new.v := 'caught';
    END;
    new.k := new.k % 5;
    RETURN new;
END
$$;
CREATE FUNCTION after_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF new.v = 'delete me' THEN
        DELETE FROM a WHERE id = new.id;
    ELSIF new.v = 'own' AND tg_op = 'INSERT' THEN
        INSERT INTO a VALUES (new.id + 1, new.k, 'by trigger');
    ELSE
        INSERT INTO b VALUES (1000 + new.id, new.k, 'by trigger') ON CONFLICT (id) DO UPDATE SET k = excluded.k;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER changes BEFORE INSERT OR UPDATE ON a FOR EACH ROW EXECUTE FUNCTION before_row();
CREATE TRIGGER writes AFTER INSERT OR UPDATE ON a FOR EACH ROW EXECUTE FUNCTION after_row();
INSERT INTO a VALUES (500, 13, 'thirteen'), (501, 8, 'eight');
SELECT * FROM pg_temp.oracle();
INSERT INTO a VALUES (510, 2, 'delete me'), (511, 2, 'own');
SELECT * FROM pg_temp.oracle();
UPDATE a SET k = k + 1;
SELECT * FROM pg_temp.oracle();
SET client_min_messages = error;
DROP SCHEMA capture_writes CASCADE;
