-- What maintenance writes to a TVIEW reaches those that read it, whatever triggers there are besides.
CREATE SCHEMA capture_own_writes;
SET search_path = capture_own_writes, public;
\i test/lib/oracle.sql
\i test/lib/write.sql
CREATE TABLE t (id int PRIMARY KEY, g int, v text);
INSERT INTO t SELECT n, n % 3, 'v' || n FROM generate_series(1, 9) AS n;
CREATE TVIEW a AS SELECT id, g, v FROM t;
CREATE UNIQUE INDEX ON a (v);
CREATE TVIEW b AS SELECT id, upper(v) AS v FROM a;
CREATE TVIEW c AS SELECT g, count(*) AS n, min(v) AS v FROM a GROUP BY g;
CREATE TVIEW later WITH (refresh = 'deferred') AS SELECT c.g, c.n, b.v FROM c JOIN b ON b.id = c.g;
CREATE PROCEDURE try_all() LANGUAGE plpgsql AS $$
BEGIN
    CALL write('INSERT INTO t VALUES (10, 1, ''ten''), (11, 4, ''eleven'')');
    CALL write('UPDATE t SET v = v || ''+'' WHERE id <= 5');
    CALL write('UPDATE t SET v = CASE id WHEN 1 THEN (SELECT v FROM t WHERE id = 2) ELSE (SELECT v FROM t WHERE id = 1) END WHERE id IN (1, 2)');
    CALL write('UPDATE t SET v = CASE WHEN id = 11 THEN ''moved'' ELSE v END, g = g + 1');
    CALL write('UPDATE t SET id = id + 100 WHERE g = 2');
    CALL write('UPDATE t SET v = repeat(''x'', 100000) || id WHERE id = 3');
    CALL write('UPDATE t SET g = 7 WHERE id = 3');
    CALL write('DELETE FROM t WHERE id = 3');
    CALL write('DELETE FROM t WHERE id > 9');
    CALL write('TRUNCATE t');
    CALL write('INSERT INTO t SELECT n, n % 3, ''w'' || n FROM generate_series(1, 9) AS n');
END
$$;
CALL try_all();

-- A trigger that sees what is written is no obstacle, before or after.
CREATE TABLE seen (operation text, id int);
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO capture_own_writes.seen VALUES (TG_OP, CASE WHEN TG_OP = 'DELETE' THEN OLD.id ELSE NEW.id END);
    RETURN NULL;
END
$$;
CREATE TRIGGER note AFTER INSERT OR UPDATE OR DELETE ON a FOR EACH ROW EXECUTE FUNCTION note();
CALL try_all();
SELECT operation, count(*) > 0 AS seen FROM seen GROUP BY operation ORDER BY operation;
ALTER TABLE a DISABLE TRIGGER note;
CALL try_all();

-- What a savepoint takes back was not written.
BEGIN;
SAVEPOINT s;
UPDATE t SET v = v || '?', g = g + 1;
ROLLBACK TO s;
UPDATE t SET v = v || '!' WHERE id = 1;
COMMIT;
SELECT * FROM pg_temp.oracle();
SELECT * FROM b WHERE id < 3 ORDER BY id;
SET client_min_messages = warning;
DROP SCHEMA capture_own_writes CASCADE;
