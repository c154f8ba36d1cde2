-- Foreign-key actions, two levels deep, and deferred constraints (scenario 49).
CREATE SCHEMA capture_cascade;
SET search_path = capture_cascade, public;
\i test/lib/oracle.sql
CREATE TABLE top (id int PRIMARY KEY, name text);
CREATE TABLE middle (id int PRIMARY KEY, top int REFERENCES top ON DELETE CASCADE ON UPDATE CASCADE, name text);
CREATE TABLE leaf (id int PRIMARY KEY, middle int REFERENCES middle ON DELETE CASCADE ON UPDATE CASCADE,
                   other int REFERENCES middle ON DELETE SET NULL ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED);
INSERT INTO top SELECT n, 't' || n FROM generate_series(1, 4) AS n;
INSERT INTO middle SELECT n, (n - 1) % 4 + 1, 'm' || n FROM generate_series(1, 8) AS n;
INSERT INTO leaf SELECT n, (n - 1) % 8 + 1, n % 8 + 1 FROM generate_series(1, 16) AS n;
CREATE TVIEW tree AS
    SELECT t.id AS top, m.id AS middle, l.id AS leaf, t.name || m.name AS name
    FROM top AS t JOIN middle AS m ON m.top = t.id JOIN leaf AS l ON l.middle = m.id;
CREATE TVIEW counts AS SELECT m.id, count(l.id) AS leaves FROM middle AS m LEFT JOIN leaf AS l ON l.other = m.id GROUP BY m.id;
CREATE TVIEW later WITH (refresh = 'deferred') AS SELECT t.id, count(*) AS n FROM top AS t JOIN middle AS m ON m.top = t.id GROUP BY t.id;
DELETE FROM top WHERE id = 1;
SELECT * FROM pg_temp.oracle();
UPDATE top SET id = id + 10;
SELECT * FROM pg_temp.oracle();
UPDATE middle SET id = id + 100 WHERE id IN (2, 3);
SELECT * FROM pg_temp.oracle();
DELETE FROM middle WHERE id = 4;
SELECT * FROM pg_temp.oracle();
SELECT count(*) FROM tree;
-- The violation appears only at COMMIT: nothing of it stays.
BEGIN;
UPDATE leaf SET other = 999 WHERE id = 6;
SELECT * FROM pg_temp.oracle();
COMMIT;
SELECT * FROM pg_temp.oracle();
BEGIN;
UPDATE leaf SET other = 999 WHERE id = 6;
INSERT INTO middle VALUES (999, 12, 'm999');
COMMIT;
SELECT * FROM pg_temp.oracle();
-- A deferred trigger writes a source when the transaction commits.
CREATE FUNCTION at_commit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO middle VALUES (2000 + new.id, new.id, 'at commit');
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON top DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION at_commit();
INSERT INTO top VALUES (50, 't50');
SELECT * FROM pg_temp.oracle();
BEGIN;
INSERT INTO top VALUES (51, 't51');
SET CONSTRAINTS ALL IMMEDIATE;
SELECT tview FROM pg_temp.oracle();
COMMIT;
SELECT * FROM pg_temp.oracle();
SELECT * FROM later ORDER BY id;
SET client_min_messages = error;
DROP SCHEMA capture_cascade CASCADE;
