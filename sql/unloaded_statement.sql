-- A session that loads the library with a data-modifying statement, in the middle of it (scenario 87): that statement
-- is one like any other.
CREATE SCHEMA unloaded_statement;
SET search_path = unloaded_statement, public;
CREATE TABLE a (id int PRIMARY KEY, k int, v int);
CREATE TABLE b (id int PRIMARY KEY, k int, v int);
CREATE TABLE parent (id int PRIMARY KEY, pk int);
CREATE TABLE child (id int PRIMARY KEY, parent int REFERENCES parent ON DELETE CASCADE ON UPDATE CASCADE, ck int);
INSERT INTO a SELECT n, n % 3, n FROM generate_series(1, 9) AS n;
INSERT INTO b SELECT n, n % 3, n FROM generate_series(1, 9) AS n;
INSERT INTO parent SELECT n, n % 2 FROM generate_series(1, 6) AS n;
INSERT INTO child SELECT n, (n - 1) % 6 + 1, n % 3 FROM generate_series(1, 18) AS n;
CREATE FUNCTION write_b(which int) RETURNS int LANGUAGE plpgsql AS $$
BEGIN
    UPDATE b SET k = k + 1, v = v + 100 WHERE id = which;
    RETURN which + 10;
END
$$;
SELECT tview_create('sums', 'SELECT a.k AS ak, b.v AS bv, count(*) AS n FROM a JOIN b ON b.k = a.k GROUP BY a.k, b.v');
SELECT tview_create('pairs', 'SELECT p.pk, c.ck, count(*) AS n FROM parent AS p JOIN child AS c ON c.parent = p.id GROUP BY p.pk, c.ck');
\c -
SET search_path = unloaded_statement, public;
UPDATE a SET v = write_b(id), k = k + 1;
\i test/lib/oracle.sql
SELECT * FROM pg_temp.oracle();
\c -
SET search_path = unloaded_statement, public;
DELETE FROM parent WHERE id IN (1, 2);
\i test/lib/oracle.sql
SELECT * FROM pg_temp.oracle();
-- The next statement of the same session, and one that fails first.
UPDATE parent SET id = id + 10, pk = pk + 1;
SELECT * FROM pg_temp.oracle();
\c -
SET search_path = unloaded_statement, public;
BEGIN;
SAVEPOINT s;
UPDATE a SET v = 1 / (id - 5);
ROLLBACK TO s;
UPDATE a SET v = write_b(id) WHERE id = 3;
\i test/lib/oracle.sql
SELECT * FROM pg_temp.oracle();
COMMIT;
-- COPY has no end that the library could see when COPY itself has loaded it.
\c -
SET search_path = unloaded_statement, public;
COPY a FROM stdin;
100	1	1
\.
SELECT * FROM sums WHERE ak = 1 AND bv = 1;
\i test/lib/oracle.sql
SELECT * FROM pg_temp.oracle();
\c -
SET search_path = unloaded_statement, public;
BEGIN;
COPY a FROM stdin;
101	77	1
\.
SELECT count(*) FROM sums WHERE ak = 77;
INSERT INTO b VALUES (101, 77, 1);
SELECT * FROM sums WHERE ak = 77;
COMMIT;
\i test/lib/oracle.sql
SELECT * FROM pg_temp.oracle();
\c -
SET search_path = unloaded_statement, public;
BEGIN;
COPY b FROM stdin;
102	77	2
\.
SELECT * FROM sums WHERE ak = 77 ORDER BY bv;
COMMIT;
SET client_min_messages = error;
DROP SCHEMA unloaded_statement CASCADE;
