-- Scenarios 13 and 43: output without any key keeps multiplicities.
CREATE SCHEMA apply_duplicates;
SET search_path = apply_duplicates, public;
\i test/lib/oracle.sql

CREATE TABLE entry (a int, b text);
INSERT INTO entry VALUES (1, 'x'), (1, 'x'), (1, 'x'), (2, 'y'), (NULL, NULL), (NULL, NULL);
CREATE TVIEW tv_entry AS SELECT a, b FROM entry;
CREATE TVIEW tv_b AS SELECT b FROM entry WHERE a IS NOT NULL;

DELETE FROM entry WHERE ctid = (SELECT min(ctid) FROM entry WHERE a = 1);
SELECT * FROM pg_temp.oracle();
UPDATE entry SET b = 'z' WHERE ctid = (SELECT min(ctid) FROM entry WHERE a = 1);
SELECT * FROM pg_temp.oracle();
DELETE FROM entry WHERE ctid = (SELECT min(ctid) FROM entry WHERE a IS NULL);
SELECT * FROM pg_temp.oracle();
INSERT INTO entry SELECT 1, 'x' FROM generate_series(1, 5);
SELECT * FROM pg_temp.oracle();
INSERT INTO entry TABLE entry;
SELECT * FROM pg_temp.oracle();
UPDATE entry SET b = 'x';
SELECT a, b, count(*) FROM tv_entry GROUP BY a, b ORDER BY a, b;
SELECT * FROM pg_temp.oracle();
DELETE FROM entry WHERE a = 1;
TABLE tv_entry;
SELECT * FROM pg_temp.oracle();

DROP SCHEMA apply_duplicates CASCADE;
