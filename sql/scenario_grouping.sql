-- Scenarios 27 to 29, 84, 90 and 108: grouping sets, groups of groups, the winner, many and long group keys.
CREATE SCHEMA scenario_grouping;
SET search_path = scenario_grouping, public;
\i test/lib/scenario.sql

CREATE TABLE t (id int PRIMARY KEY, a int, b int, v int);
INSERT INTO t SELECT i, nullif(i % 3, 2), nullif(i % 2, 1), i FROM generate_series(1, 8) AS i;

CALL tview('sets', 'SELECT a, b, grouping(a, b) AS level, count(*) AS n, sum(v) AS s FROM t GROUP BY GROUPING SETS ((a, b), (a), ())');
CALL tview('sets_without_level', 'SELECT a, b, count(*) AS n FROM t GROUP BY GROUPING SETS ((a, b), (a))');
CALL tview('rolled', 'SELECT a, b, sum(v) AS s FROM t GROUP BY ROLLUP (a, b)');
CALL tview('cubed', 'SELECT a, b, max(v) AS m FROM t GROUP BY CUBE (a, b) HAVING count(*) > 1');
CALL tview('histogram', 'SELECT n, count(*) AS groups FROM (SELECT a, count(*) AS n FROM t GROUP BY a) AS g GROUP BY n');
CALL tview('winner', 'WITH totals AS (SELECT a, sum(v) AS total FROM t GROUP BY a)
    SELECT a, total FROM totals WHERE total = (SELECT max(total) FROM totals)');
CALL tview('top_group', 'SELECT a, sum(v) AS total FROM t GROUP BY a ORDER BY sum(v) DESC, a LIMIT 1');
CALL tview('sum_of_sums', 'SELECT sum(s) AS s, count(*) AS n FROM (SELECT a, sum(v) AS s FROM t GROUP BY a HAVING sum(v) > 5) AS g');
CALL tview('group_of_distinct', 'SELECT a, count(*) AS n FROM (SELECT DISTINCT a, b FROM t) AS d GROUP BY a');
CALL tview('grouped_then_joined', 'SELECT t.id, g.n FROM t JOIN (SELECT a, count(*) AS n FROM t GROUP BY a) AS g ON g.a = t.a');

CALL write('real_null_against_total', 'INSERT INTO t VALUES (20, NULL, NULL, 5)');
CALL write('change_in_one_b', 'UPDATE t SET v = v + 10 WHERE a = 0 AND b = 0');
CALL write('b_moves_within_a', 'UPDATE t SET b = 7 WHERE id IN (1, 3)');
CALL write('a_becomes_null', 'UPDATE t SET a = NULL WHERE a = 1');
CALL write('null_becomes_a', 'UPDATE t SET a = 9 WHERE a IS NULL AND b IS NULL');
CALL write('winner_changes', 'UPDATE t SET v = 1000 WHERE id = 2');
CALL write('winner_ties', 'INSERT INTO t VALUES (21, 55, 0, (SELECT max(s) FROM (SELECT sum(v) AS s FROM t GROUP BY a) AS x))');
CALL write('winner_leaves', 'DELETE FROM t WHERE v >= 1000');
CALL write('bucket_moves', 'INSERT INTO t VALUES (22, 0, 1, 1), (23, 0, 1, 2)');
CALL write('bucket_empties', 'DELETE FROM t WHERE a = 0');
CALL write('group_vanishes_another_comes', 'UPDATE t SET a = 77 WHERE a = 9', 'INSERT INTO t VALUES (24, 9, 9, 9)');
CALL write('all_gone', 'DELETE FROM t');
CALL write('all_back', 'INSERT INTO t SELECT i, nullif(i % 3, 2), nullif(i % 2, 1), i FROM generate_series(1, 9) AS i');

-- 108: a group key of 10,000 characters.
CREATE TABLE long_keys (k text, v int);
CALL tview('long_groups', 'SELECT k, sum(v) AS v FROM long_keys GROUP BY k');
CALL write('long_key_inserted', 'INSERT INTO long_keys SELECT string_agg(md5(i::text), $$$$ ORDER BY i), 1 FROM generate_series(1, 320) AS i');
CALL write('long_key_second_row', 'INSERT INTO long_keys SELECT k, 2 FROM long_keys');
CALL write('long_key_changes', 'UPDATE long_keys SET k = k || $$x$$ WHERE v = 2');
CALL write('long_key_gone', 'DELETE FROM long_keys WHERE v = 1');

-- 84: 10,000 rows into 10,000 distinct groups in one statement.
CREATE TABLE many (id int PRIMARY KEY, g int);
CALL tview('many_groups', 'SELECT g, count(*) AS n FROM many GROUP BY g');
CALL write('ten_thousand_groups', 'INSERT INTO many SELECT i, i FROM generate_series(1, 10000) AS i');
CALL write('ten_thousand_groups_halved', 'UPDATE many SET g = g / 2');
CALL write('ten_thousand_groups_gone', 'DELETE FROM many WHERE g > 3');

SET client_min_messages = warning;
DROP SCHEMA scenario_grouping CASCADE;
