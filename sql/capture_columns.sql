-- Only watched columns count (scenarios 12, 83), whatever their type and storage (47); a moved foreign key concerns
-- both parents (15).
CREATE SCHEMA capture_columns;
SET search_path = capture_columns, public;
\i test/lib/oracle.sql
CREATE TABLE parent (id int PRIMARY KEY, name text, note text);
CREATE TABLE child (gone int, id int PRIMARY KEY, parent int REFERENCES parent, big text, hidden int,
                    twice int GENERATED ALWAYS AS (hidden * 2) STORED);
ALTER TABLE child DROP COLUMN gone;
ALTER TABLE child ALTER COLUMN big SET STORAGE EXTERNAL;
INSERT INTO parent SELECT n, 'p' || n, 'note' FROM generate_series(1, 4) AS n;
INSERT INTO child SELECT n, n % 4 + 1, repeat(n::text, 4000), n FROM generate_series(1, 8) AS n;
CREATE TVIEW per_parent AS
    SELECT p.id, p.name, count(c.id) AS children, sum(length(c.big)) AS size FROM parent AS p
    LEFT JOIN child AS c ON c.parent = p.id GROUP BY p.id, p.name;
CREATE TVIEW children AS SELECT id, parent, big FROM child;
CREATE TVIEW doubled AS SELECT id, twice FROM child WHERE hidden > 3;

-- A column that no query reads: nothing is written.
CREATE VIEW versions AS
    SELECT 'p' || id AS id, xmin::text AS x, ctid::text AS c FROM per_parent UNION ALL
    SELECT 'c' || id, xmin::text, ctid::text FROM children;
CREATE TABLE before AS SELECT * FROM versions;
UPDATE parent SET note = 'other';
SELECT id FROM before AS b WHERE NOT EXISTS (SELECT FROM versions AS v WHERE (v.id, v.x, v.c) = (b.id, b.x, b.c));
-- A watched column set to the value it has, toasted ones included; the predicate's column alone.
UPDATE parent SET name = name;
UPDATE child SET big = big, parent = parent;
SELECT id FROM before AS b WHERE NOT EXISTS (SELECT FROM versions AS v WHERE (v.id, v.x, v.c) = (b.id, b.x, b.c));
SELECT * FROM pg_temp.oracle();
UPDATE child SET hidden = hidden - 2;
SELECT * FROM doubled ORDER BY id;
SELECT * FROM pg_temp.oracle();

-- The foreign key moves: both parents.
UPDATE child SET parent = 2 WHERE id = 3;
SELECT id, children FROM per_parent ORDER BY id;
SELECT * FROM pg_temp.oracle();
UPDATE child SET parent = NULL WHERE parent = 2;
SELECT * FROM pg_temp.oracle();
UPDATE child SET big = repeat('x', 10000) WHERE id IN (1, 2);
DELETE FROM child WHERE id = 2;
SELECT * FROM pg_temp.oracle();
-- Primary keys swapped.
UPDATE child SET id = CASE id WHEN 4 THEN 104 ELSE 105 END WHERE id IN (4, 5);
UPDATE child SET id = CASE id WHEN 104 THEN 5 ELSE 4 END WHERE id IN (104, 105);
SELECT * FROM pg_temp.oracle();

-- A statement that touches no row, or only columns nobody watches, takes no lock of ours.
BEGIN;
UPDATE child SET id = id WHERE false;
DELETE FROM child WHERE false;
UPDATE parent SET note = 'third';
SELECT count(*) AS locks FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory';
COMMIT;
BEGIN;
DELETE FROM child WHERE false;
SELECT pg_current_xact_id_if_assigned() IS NULL AS no_xid;
COMMIT;

-- More TVIEWs on one table than there are bits in a word.
DO $$
BEGIN
    FOR i IN 1 .. 70 LOOP
        EXECUTE format('CREATE TVIEW many_%s AS SELECT id, name, %s AS n FROM parent WHERE id < %s', i, i, i);
    END LOOP;
END
$$;
INSERT INTO parent VALUES (5, 'five', ''), (66, 'sixty-six', '');
UPDATE parent SET name = upper(name) WHERE id > 2;
DELETE FROM parent WHERE id = 66;
SELECT * FROM pg_temp.oracle();
SET client_min_messages = error;
DROP SCHEMA capture_columns CASCADE;
