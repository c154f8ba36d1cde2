-- Row images hold the columns a derivation uses, not all columns of the tables it joins: other columns may change or
-- go without any maintenance.
CREATE SCHEMA attack_needed_columns;
SET search_path = attack_needed_columns, public;
SET client_min_messages = warning;
\i test/lib/oracle.sql

CREATE TABLE node (id int PRIMARY KEY, parent int, name text, junk text, other text);
CREATE TABLE label (id int PRIMARY KEY, node int, word text, junk text);
CREATE TVIEW words AS
    SELECT n.name, string_agg(l.word, ' ' ORDER BY l.id) AS words
    FROM node AS p LEFT JOIN node AS n ON n.parent = p.id LEFT JOIN label AS l ON l.node = n.id GROUP BY n.name;
SELECT source, strategy, query LIKE '%tv_both%' AS reads_old, query LIKE '%junk%' OR query LIKE '%other%' AS too_much
FROM tview_explain('words') ORDER BY 1;
INSERT INTO node SELECT i, nullif(i / 2, 0), 'n' || i % 4, 'j' || i FROM generate_series(1, 10) AS i;
INSERT INTO label SELECT i, i, 'w' || i FROM generate_series(1, 10) AS i;
SELECT * FROM pg_temp.oracle();

-- Junk costs nothing: the division by zero that any recomputation of this row would raise does not come.
CREATE TABLE divisor (id int PRIMARY KEY, d int);
INSERT INTO divisor VALUES (1, 1);
CREATE TVIEW quotients AS
    SELECT n.name || l.id AS name, l.id, 1 / d.d AS q FROM label AS l LEFT JOIN node AS n ON n.id = l.node CROSS JOIN divisor AS d;
ALTER TABLE divisor DISABLE TRIGGER ALL;
UPDATE divisor SET d = 0;
UPDATE node SET junk = 'new', other = 'too';
UPDATE label SET junk = 'new';
UPDATE node SET name = 'x' WHERE id = 1;
UPDATE divisor SET d = 1;
ALTER TABLE divisor ENABLE TRIGGER ALL;
SELECT * FROM pg_temp.oracle();

BEGIN;
UPDATE node SET name = 'n0' WHERE id < 4;
ALTER TABLE node DROP COLUMN junk;
ALTER TABLE node RENAME COLUMN other TO another;
WITH l AS (UPDATE label SET node = node + 1 RETURNING id) UPDATE node SET parent = 1 WHERE id IN (SELECT id FROM l);
SELECT * FROM pg_temp.oracle();
COMMIT;
SELECT * FROM pg_temp.oracle();
DROP SCHEMA attack_needed_columns CASCADE;
