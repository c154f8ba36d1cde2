-- Scenarios 11, 14, 16 and 96: filters, join conditions of every kind, keys updated and swapped, citext operators.
CREATE SCHEMA scenario_join_conditions;
SET search_path = scenario_join_conditions, public;
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS citext;
RESET client_min_messages;
\i test/lib/scenario.sql

CREATE TABLE a (id int PRIMARY KEY, k int, lo int, hi int, hidden int);
CREATE TABLE b (id int PRIMARY KEY, k int, at int, hidden int);
INSERT INTO a VALUES (1, 1, 0, 5, 1), (2, NULL, 3, 9, 0), (3, 2, NULL, 4, 1);
INSERT INTO b VALUES (1, 1, 4, 1), (2, NULL, 8, 1), (3, 3, 0, 0);

CALL tview('filter_hidden', 'SELECT id, k FROM a WHERE hidden = 1');
CALL tview('filter_both', 'SELECT a.id, b.at FROM a JOIN b ON b.k = a.k WHERE a.hidden + b.hidden > 1');
CALL tview('between_join', 'SELECT a.id, b.id AS bid FROM a JOIN b ON b.at BETWEEN a.lo AND a.hi');
CALL tview('between_left', 'SELECT a.id, b.id AS bid FROM a LEFT JOIN b ON b.at BETWEEN a.lo AND a.hi');
CALL tview('expression_join', 'SELECT a.id, b.id AS bid FROM a JOIN b ON b.k * 2 = a.k + a.lo');
CALL tview('not_distinct', 'SELECT a.id, b.id AS bid FROM a JOIN b ON a.k IS NOT DISTINCT FROM b.k');
CALL tview('not_distinct_left', 'SELECT a.id, b.id AS bid FROM a LEFT JOIN b ON a.k IS NOT DISTINCT FROM b.k');
CALL tview('crossed', 'SELECT a.id, b.id AS bid FROM a CROSS JOIN b');
CALL tview('comma', 'SELECT a.id, b.id AS bid FROM a, b WHERE a.k = b.k OR a.hidden = b.hidden');
CALL tview('using_k', 'SELECT k, a.id, b.id AS bid FROM a JOIN b USING (k)');
CALL tview('using_full', 'SELECT k, a.id, b.id AS bid FROM a FULL JOIN b USING (k)');
CALL tview('natural_join', 'SELECT * FROM (SELECT id AS aid, k, hidden FROM a) AS x NATURAL JOIN (SELECT id AS bid, k, hidden FROM b) AS y');
CALL tview('inequality', 'SELECT a.id, b.id AS bid FROM a JOIN b ON a.k < b.k');

CALL write('filter_crossed_upwards', 'UPDATE a SET hidden = 1 WHERE id = 2');
CALL write('filter_crossed_downwards', 'UPDATE a SET hidden = 0 WHERE id = 1');
CALL write('filters_crossed_both', 'UPDATE a SET hidden = 1 - hidden', 'UPDATE b SET hidden = 1 - hidden');
CALL write('range_grows', 'UPDATE a SET hi = 20 WHERE id = 1');
CALL write('range_null', 'UPDATE a SET lo = NULL WHERE id = 1', 'UPDATE a SET lo = -1 WHERE id = 3');
CALL write('point_moves', 'UPDATE b SET at = 1 WHERE id = 2', 'UPDATE b SET at = NULL WHERE id = 1');
CALL write('nulls_meet', 'INSERT INTO a VALUES (4, NULL, 1, 2, 1)', 'INSERT INTO b VALUES (4, NULL, 1, 1)');
CALL write('null_becomes_value', 'UPDATE b SET k = 2 WHERE k IS NULL');
CALL write('value_becomes_null', 'UPDATE a SET k = NULL WHERE id = 3', 'UPDATE b SET k = NULL WHERE id = 2');
CALL write('cross_both_inserted', 'INSERT INTO a VALUES (5, 5, 5, 5, 5)', 'INSERT INTO b VALUES (5, 5, 5, 5)');
CALL write('cross_one_side_emptied', 'DELETE FROM b');
CALL write('cross_side_back', 'INSERT INTO b VALUES (1, 5, 5, 1), (2, NULL, 1, 1), (3, 1, 3, 0)');

-- 16: primary keys updated and swapped.
CREATE TABLE parent (id int PRIMARY KEY DEFERRABLE, name text);
CREATE TABLE child (id int PRIMARY KEY, parent int, n int);
INSERT INTO parent VALUES (1, 'one'), (2, 'two'), (3, 'three');
INSERT INTO child SELECT n, n % 3 + 1, n FROM generate_series(1, 6) AS n;
CALL tview('family', 'SELECT p.id, p.name, c.id AS cid FROM parent AS p LEFT JOIN child AS c ON c.parent = p.id');
CALL tview('family_sums', 'SELECT p.id, p.name, sum(c.n) AS n FROM parent AS p JOIN child AS c ON c.parent = p.id GROUP BY p.id, p.name');
CALL write('key_updated', 'UPDATE parent SET id = 30 WHERE id = 3');
CALL write('keys_swapped', 'UPDATE parent SET id = 3 - id WHERE id IN (1, 2)');
CALL write('keys_rotated', 'UPDATE parent SET id = CASE id WHEN 1 THEN 2 WHEN 2 THEN 30 ELSE 1 END');
CALL write('keys_swapped_in_steps', 'UPDATE child SET id = -1 WHERE id = 1', 'UPDATE child SET id = 1 WHERE id = 2', 'UPDATE child SET id = 2 WHERE id = -1');
CALL write('key_and_references', 'UPDATE parent SET id = id + 100', 'UPDATE child SET parent = parent + 100');
CALL write('key_freed_and_taken', 'DELETE FROM parent WHERE id = 101', 'UPDATE parent SET id = 101 WHERE id = 102');

-- 96: citext under USING, NATURAL, IN, NULLIF, CASE.
CREATE TABLE tag (id int PRIMARY KEY, name citext);
CREATE TABLE post (id int PRIMARY KEY, name citext);
INSERT INTO tag VALUES (1, 'Red'), (2, 'blue'), (3, NULL);
INSERT INTO post VALUES (1, 'RED'), (2, 'Blue'), (3, 'green');
CALL tview('ci_using', 'SELECT t.id, p.id AS pid FROM tag AS t JOIN post AS p USING (name)');
CALL tview('ci_natural', 'SELECT * FROM (SELECT id AS tid, name FROM tag) AS t NATURAL LEFT JOIN (SELECT id AS pid, name FROM post) AS p');
CALL tview('ci_in', 'SELECT id, name IN (SELECT name FROM tag) AS known FROM post');
CALL tview('ci_nullif', 'SELECT id, nullif(name, ''RED'') AS other, CASE name WHEN ''BLUE'' THEN 1 ELSE 0 END AS blue FROM post');
CALL tview('ci_group', 'SELECT name, count(*) AS n FROM post GROUP BY name', 'as values');
CALL tview('ci_distinct_join', 'SELECT DISTINCT p.name FROM post AS p JOIN tag AS t ON t.name = p.name', 'as values');
CALL write('citext_case_changes', 'UPDATE tag SET name = upper(name)');
CALL write('citext_equal_member_comes', 'INSERT INTO post VALUES (4, $$gREEN$$), (5, $$red$$)');
CALL write('citext_representative_leaves', 'DELETE FROM post WHERE id IN (1, 3)');
CALL write('citext_moves', 'UPDATE tag SET name = $$GREEN$$ WHERE id = 1', 'UPDATE post SET name = $$rEd$$ WHERE id = 4');
CALL write('citext_null_appears', 'UPDATE tag SET name = NULL WHERE id = 2');

SET client_min_messages = warning;
DROP SCHEMA scenario_join_conditions CASCADE;
