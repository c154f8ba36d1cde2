-- Scenarios 17 to 23, 25, 26, 81, 93 and 99: aggregates whose rows come, go, move and tie.
CREATE SCHEMA scenario_aggregates;
SET search_path = scenario_aggregates, public;
\i test/lib/scenario.sql

CREATE FUNCTION xor_step(state int, value int) RETURNS int LANGUAGE sql IMMUTABLE RETURN state # coalesce(value, 0);
CREATE AGGREGATE xor_all(int) (SFUNC = xor_step, STYPE = int, INITCOND = '0');
CREATE TABLE t (id int PRIMARY KEY, g text, v int, n numeric, f float8);
CREATE TABLE names (g text PRIMARY KEY, label text);
INSERT INTO t SELECT i, (ARRAY['a', 'b', 'c', NULL])[i % 4 + 1], nullif(i, 5), i * 1.5, i FROM generate_series(1, 9) AS i;
INSERT INTO names VALUES ('a', 'first'), ('b', 'second'), ('d', NULL);

CALL tview('basic', 'SELECT g, count(*) AS c, count(v) AS cv, sum(v) AS s, avg(v) AS a, min(v) AS lo, max(v) AS hi FROM t GROUP BY g');
CALL tview('having_count', 'SELECT g, count(*) AS c FROM t GROUP BY g HAVING count(*) > 2');
CALL tview('having_sum', 'SELECT g, max(v) AS m FROM t GROUP BY g HAVING sum(v) > 10');
CALL tview('no_group', 'SELECT count(*) AS c, sum(v) AS s, max(n) AS m FROM t');
CALL tview('no_group_filtered', 'SELECT count(*) AS c, sum(v) AS s FROM t WHERE g = ''zz''');
CALL tview('conditional', 'SELECT g, sum(CASE WHEN v > 3 THEN v ELSE 0 END) AS s, count(*) FILTER (WHERE v > 3) AS c,
    count(DISTINCT v % 2) AS d, sum(DISTINCT v % 3) AS sd FROM t GROUP BY g');
CALL tview('ordered', 'SELECT g, string_agg(v::text, '','' ORDER BY id) AS s, array_agg(v ORDER BY v DESC, id) AS a,
    jsonb_agg(jsonb_build_object(''id'', id, ''v'', v) ORDER BY id) AS j FROM t GROUP BY g');
CALL tview('ordered_set', 'SELECT g, percentile_disc(0.5) WITHIN GROUP (ORDER BY v) AS p, mode() WITHIN GROUP (ORDER BY v) AS m,
    rank(4) WITHIN GROUP (ORDER BY v) AS r FROM t GROUP BY g');
CALL tview('user_defined', 'SELECT g, xor_all(v) AS x FROM t GROUP BY g');
CALL tview('distinct_count', 'SELECT count(DISTINCT g) AS groups, count(DISTINCT v) AS vs FROM t');
CALL tview('over_join', 'SELECT n.label, count(t.id) AS c, sum(t.v) AS s FROM names AS n LEFT JOIN t ON t.g = n.g GROUP BY n.label');
CALL tview('by_expression', 'SELECT v % 3 AS rest, count(*) AS c, min(g) AS lo FROM t GROUP BY v % 3');
CALL tview('hidden_group', 'SELECT count(*) AS c, sum(v) AS s FROM t GROUP BY g');
CALL tview('exact', 'SELECT g, sum(n) AS s, avg(n) AS a, var_pop(n) AS vp, sum(f) AS fs FROM t GROUP BY g');

CALL write('having_crossed_upwards', 'INSERT INTO t VALUES (20, $$c$$, 1, 1, 1), (21, $$c$$, 9, 1, 1)');
CALL write('having_crossed_downwards', 'DELETE FROM t WHERE id = 21');
CALL write('having_by_value', 'UPDATE t SET v = 100 WHERE id = 20');
CALL write('having_crossed_both_ways', 'UPDATE t SET v = 0 WHERE id = 20', 'UPDATE t SET v = 50 WHERE id = 1');
CALL write('null_values_only', 'UPDATE t SET v = NULL WHERE g = $$a$$');
CALL write('value_after_nulls', 'UPDATE t SET v = 1 WHERE id = 4');
CALL write('last_value_leaves', 'UPDATE t SET v = NULL WHERE id = 4');
CALL write('minimum_deleted', 'DELETE FROM t WHERE g = $$b$$ AND v = (SELECT min(v) FROM t WHERE g = $$b$$)');
CALL write('duplicate_extremum_inserted', 'INSERT INTO t SELECT id + 100, g, v, n, f FROM t WHERE g = $$b$$');
CALL write('duplicate_extremum_stays', 'DELETE FROM t WHERE id > 100');
CALL write('extremum_replaced_by_lower', 'DELETE FROM t WHERE g = $$b$$ AND v = 9', 'INSERT INTO t VALUES (30, $$b$$, -5, 0, 0)');
CALL write('extremum_moves_to_other_group', 'UPDATE t SET g = $$c$$ WHERE id = 30');
CALL write('null_group_gains', 'UPDATE t SET g = NULL WHERE id = 30');
CALL write('null_group_empties', 'UPDATE t SET g = $$x$$ WHERE g IS NULL');
CALL write('null_group_returns', 'INSERT INTO t VALUES (40, NULL, NULL, NULL, NULL)');
CALL write('group_empties_and_returns', 'UPDATE t SET g = $$y$$ WHERE g = $$x$$', 'INSERT INTO t VALUES (41, $$x$$, 3, 3, 3)');
CALL write('rows_move_between_groups', 'UPDATE t SET g = CASE g WHEN $$y$$ THEN $$b$$ WHEN $$b$$ THEN $$y$$ ELSE g END');
CALL write('equal_group_and_value_twice', 'INSERT INTO t VALUES (50, $$q$$, 7, 7, 7), (51, $$q$$, 7, 7, 7)');
CALL write('one_of_two_duplicates_deleted', 'DELETE FROM t WHERE id = 50');
CALL write('label_changes', 'UPDATE names SET label = $$first$$ WHERE g = $$b$$', 'INSERT INTO names VALUES ($$q$$, NULL)');
CALL write('label_and_rows', 'DELETE FROM names WHERE g = $$a$$', 'UPDATE t SET g = $$d$$ WHERE g = $$c$$');
CALL write('order_inside_changes', 'UPDATE t SET id = 1000 - id');
CALL write('scale_rises', 'INSERT INTO t VALUES (60, $$q$$, 1, 1.00000000000000000001, 1e300)');
CALL write('scale_falls_and_huge_value_leaves', 'DELETE FROM t WHERE id = 60');
CALL write('nan_comes', 'INSERT INTO t VALUES (61, $$q$$, 1, $$NaN$$, $$NaN$$), (62, $$q$$, 1, $$Infinity$$, $$Infinity$$)');
CALL write('nan_leaves', 'DELETE FROM t WHERE id = 61');
CALL write('infinity_leaves', 'UPDATE t SET n = 1, f = 1 WHERE id = 62');
CALL write('float_sum_after_huge', 'INSERT INTO t VALUES (63, $$q$$, 1, 1e30, 1e16)', 'DELETE FROM t WHERE id = 949', 'UPDATE t SET f = f + 0.5 WHERE id = 62');
CALL write('last_row_of_table', 'DELETE FROM t WHERE id <> 63');
CALL write('table_empties', 'DELETE FROM t');
CALL write('first_row', 'INSERT INTO t VALUES (1, $$a$$, NULL, NULL, NULL)');
CALL write('truncated_and_refilled', 'TRUNCATE t', 'INSERT INTO t SELECT i, (i % 3)::text, i, i, i FROM generate_series(1, 7) AS i');

SET client_min_messages = warning;
DROP SCHEMA scenario_aggregates CASCADE;
