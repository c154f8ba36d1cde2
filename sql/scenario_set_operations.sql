-- Scenarios 36, 37, 40, 41 and 92: set operations, DISTINCT, recursion, constants, CTEs and views read twice.
CREATE SCHEMA scenario_set_operations;
SET search_path = scenario_set_operations, public;
\i test/lib/scenario.sql

CREATE TABLE a (id int PRIMARY KEY, k int, v text);
CREATE TABLE b (id int PRIMARY KEY, k int, v text);
INSERT INTO a VALUES (1, 1, 'x'), (2, 1, 'x'), (3, 2, NULL), (4, NULL, NULL);
INSERT INTO b VALUES (1, 1, 'x'), (2, 3, 'y'), (3, NULL, NULL);

CALL tview('union_set', 'SELECT k, v FROM a UNION SELECT k, v FROM b');
CALL tview('union_bag', 'SELECT k, v FROM a UNION ALL SELECT k, v FROM b');
CALL tview('intersect_set', 'SELECT k, v FROM a INTERSECT SELECT k, v FROM b');
CALL tview('intersect_bag', 'SELECT k, v FROM a INTERSECT ALL SELECT k, v FROM b');
CALL tview('except_set', 'SELECT k, v FROM a EXCEPT SELECT k, v FROM b');
CALL tview('except_bag', 'SELECT k, v FROM a EXCEPT ALL SELECT k, v FROM b');
CALL tview('three_branches', '(SELECT k FROM a EXCEPT SELECT k FROM b) UNION ALL SELECT id FROM b WHERE k IS NULL');
CALL tview('union_with_keys', 'SELECT ''a'' AS side, id, v FROM a UNION ALL SELECT ''b'', id, v FROM b');
CALL tview('union_grouped', 'SELECT k, sum(n) AS n FROM (SELECT k, 1 AS n FROM a UNION ALL SELECT k, 10 FROM b) AS u GROUP BY k');
CALL tview('distinct_rows', 'SELECT DISTINCT k, v FROM a');
CALL tview('distinct_join', 'SELECT DISTINCT a.v, b.v AS w FROM a JOIN b ON b.k = a.k');
CALL tview('first_of', 'SELECT DISTINCT ON (k) k, id, v FROM a ORDER BY k, v DESC NULLS LAST, id');
CALL tview('last_of', 'SELECT DISTINCT ON (k) k, v FROM b ORDER BY k, id DESC');
CALL tview('latest_joined', 'SELECT DISTINCT ON (a.id) a.id, b.id AS bid FROM a LEFT JOIN b ON b.k = a.k ORDER BY a.id, b.id DESC');

CALL write('duplicate_appears', 'INSERT INTO b VALUES (4, 1, $$x$$)');
CALL write('one_of_two_goes', 'DELETE FROM b WHERE id = 1');
CALL write('last_of_two_goes', 'DELETE FROM b WHERE id = 4');
CALL write('row_changes_side', 'DELETE FROM a WHERE id = 1', 'INSERT INTO b VALUES (1, 1, $$x$$)');
CALL write('nulls_are_equal', 'INSERT INTO b VALUES (5, NULL, NULL), (6, 2, NULL)');
CALL write('null_gone', 'DELETE FROM b WHERE k IS NULL');
CALL write('multiplicities', 'INSERT INTO a SELECT n, 7, $$m$$ FROM generate_series(10, 13) AS n', 'INSERT INTO b SELECT n, 7, $$m$$ FROM generate_series(10, 12) AS n');
CALL write('multiplicities_cross', 'DELETE FROM a WHERE id > 11', 'INSERT INTO b VALUES (20, 7, $$m$$)');
CALL write('value_changes_on_both', 'UPDATE a SET v = $$n$$ WHERE k = 7', 'UPDATE b SET v = $$n$$ WHERE id = 10');
CALL write('tie_decided_anew', 'UPDATE a SET v = $$z$$ WHERE id = 11');
CALL write('first_leaves_group', 'UPDATE a SET k = 1 WHERE id = 11');
CALL write('order_key_updated', 'UPDATE b SET id = id + 100 WHERE k = 7');
CALL write('all_duplicates', 'UPDATE a SET k = 1, v = $$x$$', 'UPDATE b SET k = 1, v = $$x$$');
CALL write('one_side_emptied', 'DELETE FROM b');
CALL write('both_sides_refilled', 'DELETE FROM a', 'INSERT INTO b SELECT n, n % 3, $$r$$ FROM generate_series(1, 5) AS n',
           'INSERT INTO a SELECT n, n % 2, $$r$$ FROM generate_series(21, 24) AS n');

-- 92: a CTE and a view read twice: each reference is an occurrence.
CREATE VIEW pairs AS SELECT id, k FROM a WHERE k IS NOT NULL;
CALL tview('cte_twice', 'WITH c AS (SELECT id, k FROM a) SELECT x.id AS xid, y.id AS yid FROM c AS x JOIN c AS y ON y.k = x.id');
CALL tview('cte_grouped_twice', 'WITH c AS (SELECT k, count(*) AS n FROM a GROUP BY k) SELECT x.k, y.k AS other FROM c AS x JOIN c AS y ON y.n = x.n');
CALL tview('view_twice', 'SELECT x.id AS xid, y.id AS yid FROM pairs AS x LEFT JOIN pairs AS y ON y.id = x.k');
CALL tview('cte_materialized', 'WITH c AS MATERIALIZED (SELECT id, k FROM a) SELECT x.id, (SELECT count(*) FROM c AS y WHERE y.k = x.k) AS n FROM c AS x');
CALL write('occurrences_meet', 'INSERT INTO a VALUES (30, 31, $$o$$), (31, 30, $$o$$)');
CALL write('occurrences_part', 'UPDATE a SET id = id + 10 WHERE id IN (30, 31)');
CALL write('occurrences_meet_again', 'UPDATE a SET k = k + 10 WHERE id IN (40, 41)');
CALL write('occurrence_own', 'UPDATE a SET k = id WHERE id = 40');
CALL write('occurrence_gone', 'DELETE FROM a WHERE id = 41');

-- 40: recursion over a diamond, a cycle, a subtree moved.
CREATE TABLE edge (id int PRIMARY KEY, up int, down int);
INSERT INTO edge VALUES (1, NULL, 1), (2, 1, 2), (3, 1, 3), (4, 2, 4), (5, 3, 4);
CALL tview('paths', 'WITH RECURSIVE w AS (SELECT down, ARRAY[down] AS path FROM edge WHERE up IS NULL
    UNION ALL SELECT e.down, w.path || e.down FROM edge AS e JOIN w ON e.up = w.down WHERE e.down <> ALL (w.path)) SELECT down, path FROM w');
CALL tview('reachable', 'WITH RECURSIVE w AS (SELECT down FROM edge WHERE up IS NULL UNION SELECT e.down FROM edge AS e JOIN w ON e.up = w.down) SELECT down FROM w');
CALL tview('closure_counts', 'WITH RECURSIVE w AS (SELECT up AS top, down FROM edge WHERE up IS NOT NULL
    UNION SELECT w.top, e.down FROM w JOIN edge AS e ON e.up = w.down) SELECT top, count(*) AS n FROM w GROUP BY top');
CALL write('subtree_grows', 'INSERT INTO edge VALUES (6, 4, 5), (7, 5, 6)');
CALL write('diamond_opens', 'DELETE FROM edge WHERE id = 4');
CALL write('cycle_closes', 'INSERT INTO edge VALUES (8, 6, 3)');
CALL write('cycle_opens_elsewhere', 'UPDATE edge SET down = 9 WHERE id = 7', 'DELETE FROM edge WHERE id = 8');
CALL write('subtree_moved', 'UPDATE edge SET up = 2 WHERE id = 6');
CALL write('root_gone', 'DELETE FROM edge WHERE up IS NULL');

-- 41: VALUES, generate_series, constants, no table at all.
CALL tview('constants', 'SELECT 1 AS one, ''two'' AS two');
CALL tview('listed', 'VALUES (1, ''a''), (2, NULL)');
CALL tview('with_list', 'SELECT l.n, l.name, a.id FROM (VALUES (0, ''even''), (1, ''odd'')) AS l (n, name) LEFT JOIN a ON a.k = l.n');
CALL tview('calendar', 'SELECT d.n, count(a.id) AS c FROM generate_series(0, 3) AS d (n) LEFT JOIN a ON a.k = d.n GROUP BY d.n');
CALL write('against_constants', 'INSERT INTO a VALUES (70, 0, $$c$$)', 'UPDATE a SET k = 3 WHERE id = 40');

SET client_min_messages = warning;
DROP SCHEMA scenario_set_operations CASCADE;
