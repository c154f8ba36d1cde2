-- Scenarios 30 to 35, 77, 89 and 91: EXISTS, IN, ALL, scalar and lateral subqueries, correlated and not.
CREATE SCHEMA scenario_subqueries;
SET search_path = scenario_subqueries, public;
\i test/lib/scenario.sql

CREATE TABLE a (id int PRIMARY KEY, k int, m int);
CREATE TABLE b (id int PRIMARY KEY, k int, m int, tags text[]);
INSERT INTO a VALUES (1, 1, 1), (2, 2, NULL), (3, NULL, 3), (4, 1, 2);
INSERT INTO b VALUES (1, 1, 1, '{x,y}'), (2, 1, 2, '{}'), (3, 3, 3, NULL), (4, NULL, 0, '{z}');

CALL tview('has', 'SELECT id FROM a WHERE EXISTS (SELECT FROM b WHERE b.k = a.k)');
CALL tview('has_not', 'SELECT id FROM a WHERE NOT EXISTS (SELECT FROM b WHERE b.k = a.k AND b.m > 0)');
CALL tview('has_two', 'SELECT id FROM a WHERE EXISTS (SELECT k FROM b WHERE b.k = a.k GROUP BY k HAVING count(*) > 1)');
CALL tview('has_or', 'SELECT id, m FROM a WHERE m = 3 OR EXISTS (SELECT FROM b WHERE b.k = a.k)');
CALL tview('has_any_at_all', 'SELECT id FROM a WHERE EXISTS (SELECT FROM b WHERE m > 100)');
CALL tview('in_pairs', 'SELECT id FROM a WHERE (k, m) IN (SELECT k, m FROM b)');
CALL tview('not_in', 'SELECT id FROM a WHERE k NOT IN (SELECT k FROM b WHERE m <> 0)');
CALL tview('not_in_pairs', 'SELECT id FROM a WHERE (k, m) NOT IN (SELECT k, m FROM b WHERE id > 2)');
CALL tview('above_all', 'SELECT id FROM a WHERE id > ALL (SELECT id FROM b WHERE m = 3)');
CALL tview('equals_any', 'SELECT id FROM a WHERE k = ANY (SELECT k FROM b)');
CALL tview('in_select_list', 'SELECT id, k IN (SELECT k FROM b) AS known, EXISTS (SELECT FROM b WHERE b.m = a.m) AS has FROM a');
CALL tview('scalar', 'SELECT id, (SELECT b.m FROM b WHERE b.id = a.k) AS m FROM a');
CALL tview('count_bug', 'SELECT id FROM a WHERE 0 = (SELECT count(*) FROM b WHERE b.k = a.k)');
CALL tview('correlated', 'SELECT id, (SELECT count(*) FROM b WHERE b.k = a.k) AS n, (SELECT sum(m) FROM b WHERE b.k = a.k) AS s FROM a');
CALL tview('uncorrelated', 'SELECT id, (SELECT max(m) FROM b) AS top FROM a WHERE m < (SELECT avg(m) + 1 FROM b)');
CALL tview('in_having', 'SELECT k, count(*) AS n FROM a GROUP BY k HAVING count(*) >= (SELECT count(*) FROM b WHERE b.k = a.k)');
CALL tview('in_on', 'SELECT a.id, b.id AS bid FROM a LEFT JOIN b ON b.k = a.k AND b.m = (SELECT max(m) FROM b AS x WHERE x.k = a.k)');
CALL tview('lateral_top', 'SELECT a.id, l.id AS bid FROM a CROSS JOIN LATERAL (SELECT id FROM b WHERE b.k = a.k ORDER BY m DESC, id LIMIT 1) AS l');
CALL tview('lateral_left', 'SELECT a.id, l.n, l.s FROM a LEFT JOIN LATERAL (SELECT count(*) AS n, sum(m) AS s FROM b WHERE b.k = a.k) AS l ON l.n > 0');
CALL tview('lateral_first', 'SELECT a.id, l.m FROM a LEFT JOIN LATERAL (SELECT m FROM b WHERE b.k = a.k ORDER BY m, id LIMIT 1) AS l ON true');
CALL tview('unnested', 'SELECT b.id, u.tag, u.no FROM b LEFT JOIN LATERAL unnest(b.tags) WITH ORDINALITY AS u (tag, no) ON true');
CALL tview('series', 'SELECT a.id, g.n FROM a CROSS JOIN LATERAL generate_series(1, a.m) AS g (n)');
CALL tview('select_series', 'SELECT id, generate_series(1, k) AS n FROM a');

CALL write('exists_both_sides', 'INSERT INTO a VALUES (5, 9, 9)', 'INSERT INTO b VALUES (5, 9, 9, $${q}$$)');
CALL write('exists_partner_gone', 'DELETE FROM b WHERE id = 5');
CALL write('exists_second_partner', 'INSERT INTO b VALUES (6, 2, 2, NULL), (7, 2, 0, NULL)');
CALL write('exists_moves', 'UPDATE b SET k = 9 WHERE id = 6', 'UPDATE a SET k = 2 WHERE id = 5');
CALL write('exists_at_all_appears', 'UPDATE b SET m = 200 WHERE id = 2');
CALL write('exists_at_all_gone', 'UPDATE b SET m = 2 WHERE id = 2');
CALL write('null_appears_in_not_in', 'UPDATE b SET m = 5 WHERE id = 4');
CALL write('null_disappears_from_not_in', 'UPDATE b SET k = 50 WHERE id = 4');
CALL write('not_in_inner_side_empties', 'DELETE FROM b WHERE m <> 0');
CALL write('not_in_inner_side_returns', 'INSERT INTO b VALUES (10, 1, 1, $${a,b}$$), (11, NULL, 3, $${c}$$), (12, 2, 3, NULL)');
CALL write('all_of_empty', 'UPDATE b SET m = 4 WHERE m = 3');
CALL write('all_of_some', 'UPDATE b SET m = 3 WHERE id = 10');
CALL write('pairs_meet', 'UPDATE a SET k = 1, m = 3 WHERE id = 2', 'UPDATE b SET tags = $${n}$$ WHERE id = 10');
CALL write('pair_with_null', 'UPDATE a SET m = NULL WHERE id = 2', 'UPDATE b SET m = NULL WHERE id = 12');
CALL write('scalar_appears', 'INSERT INTO b VALUES (1, 1, 70, NULL)', 'INSERT INTO a VALUES (6, 1, 6)');
CALL write('scalar_goes', 'DELETE FROM b WHERE id = 1');
CALL write('new_winner_displaces', 'INSERT INTO b VALUES (20, 1, 99, NULL)');
CALL write('winner_ties', 'INSERT INTO b VALUES (19, 1, 99, NULL)');
CALL write('winner_moves_away', 'UPDATE b SET k = 2 WHERE id IN (19, 20)');
CALL write('lowest_replaced', 'INSERT INTO b VALUES (21, 2, -1, NULL)', 'DELETE FROM b WHERE id = 7');
CALL write('array_changes', 'UPDATE b SET tags = $${q,q,NULL}$$ WHERE id = 10', 'UPDATE b SET tags = $${}$$ WHERE id = 11');
CALL write('series_shrinks', 'UPDATE a SET m = 1, k = k - 1');
CALL write('inner_emptied', 'DELETE FROM b');
CALL write('inner_and_outer', 'INSERT INTO b SELECT n, n % 3, n, NULL FROM generate_series(1, 6) AS n', 'DELETE FROM a WHERE id IN (1, 2)');

-- 32: more than one row makes the writer fail, and nothing changes.
CALL tview('strict', 'SELECT id, (SELECT b.id FROM b WHERE b.k = a.k AND b.m > 100) AS one FROM a');
CALL write('one_row_is_fine', 'INSERT INTO b VALUES (100, 2, 101, NULL)', 'INSERT INTO a VALUES (100, 2, 1)');
CALL refused('two_rows_are_not', '21000', 'INSERT INTO b VALUES (101, 2, 102, NULL)');
CALL refused('nor_by_update', '21000', 'UPDATE b SET m = 500');
CALL write('still_maintained', 'UPDATE b SET m = 150 WHERE id = 100');
CALL write('none_is_null', 'DELETE FROM b WHERE id = 100');

SET client_min_messages = warning;
DROP SCHEMA scenario_subqueries CASCADE;
