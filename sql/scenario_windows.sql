-- Scenarios 38, 39 and 89: windows, rank filters, ORDER BY … LIMIT.
CREATE SCHEMA scenario_windows;
SET search_path = scenario_windows, public;
\i test/lib/scenario.sql

CREATE TABLE t (id int PRIMARY KEY, g text, h int, v int);
CREATE TABLE groups (g text PRIMARY KEY, label text);
INSERT INTO t SELECT i, (ARRAY['a', 'b', NULL])[i % 3 + 1], i % 2, (i * 7) % 5 FROM generate_series(1, 10) AS i;
INSERT INTO groups VALUES ('a', 'A'), ('b', 'B');

CALL tview('numbered', 'SELECT id, g, row_number() OVER (PARTITION BY g ORDER BY v, id) AS n FROM t');
CALL tview('ranked', 'SELECT id, g, rank() OVER w AS r, dense_rank() OVER w AS d FROM t WINDOW w AS (PARTITION BY g ORDER BY v)');
CALL tview('framed', 'SELECT id, g, sum(v) OVER (PARTITION BY g ORDER BY id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) AS s FROM t');
CALL tview('running', 'SELECT id, sum(v) OVER (ORDER BY v) AS s FROM t');
CALL tview('whole_table', 'SELECT id, v, v - avg(v) OVER () AS off FROM t');
CALL tview('several', 'SELECT id, g, h, count(*) OVER (PARTITION BY g) AS gs, count(*) OVER (PARTITION BY h) AS hs FROM t');
CALL tview('in_common', 'SELECT id, g, h, count(*) OVER (PARTITION BY g) AS gs, count(*) OVER (PARTITION BY g, h) AS ghs FROM t');
CALL tview('in_expression', 'SELECT id, g, 100 * v / nullif(sum(v) OVER (PARTITION BY g), 0) AS share FROM t');
CALL tview('neighbours', 'SELECT id, g, lag(v) OVER w AS before, lead(v) OVER w AS after FROM t WINDOW w AS (PARTITION BY g ORDER BY id)');
CALL tview('top_two', 'SELECT id, g FROM (SELECT id, g, row_number() OVER (PARTITION BY g ORDER BY v DESC, id) AS n FROM t) AS r WHERE n <= 2');
CALL tview('rank_key_id', 'SELECT id FROM (SELECT id, rank() OVER (PARTITION BY g ORDER BY v DESC) AS n FROM t) AS r WHERE n = 1');
CALL tview('over_join', 'SELECT t.id, x.label, row_number() OVER (PARTITION BY x.label ORDER BY t.id) AS n FROM t LEFT JOIN groups AS x ON x.g = t.g');
CALL tview('over_groups', 'SELECT g, sum(v) AS s, rank() OVER (ORDER BY sum(v) DESC) AS place FROM t GROUP BY g');
CALL tview('top_three', 'SELECT id, v FROM t ORDER BY v DESC, id LIMIT 3');
CALL tview('page_two', 'SELECT id, v FROM t ORDER BY v, id LIMIT 3 OFFSET 2');
CALL tview('with_ties', 'SELECT id, v FROM t ORDER BY v DESC FETCH FIRST 2 ROWS WITH TIES');
CALL tview('after_offset', 'SELECT id FROM t ORDER BY id OFFSET 8');

CALL write('enters_the_top', 'INSERT INTO t VALUES (20, $$a$$, 0, 50)');
CALL write('ties_with_the_top', 'INSERT INTO t VALUES (21, $$a$$, 1, 50), (19, $$b$$, 1, 50)');
CALL write('leaves_the_top', 'UPDATE t SET v = -1 WHERE id = 20');
CALL write('changes_partition', 'UPDATE t SET g = $$b$$ WHERE id = 21');
CALL write('changes_to_null_partition', 'UPDATE t SET g = NULL WHERE g = $$a$$ AND h = 0');
CALL write('back_from_null', 'UPDATE t SET g = $$a$$ WHERE g IS NULL');
CALL write('other_partitioning_changes', 'UPDATE t SET h = 1 - h WHERE id < 6');
CALL write('row_in_the_middle', 'INSERT INTO t VALUES (0, $$b$$, 0, 2), (-1, $$b$$, 0, NULL)');
CALL write('row_in_the_middle_gone', 'DELETE FROM t WHERE id = 0');
CALL write('peers_split', 'UPDATE t SET v = v + 1 WHERE id % 2 = 0');
CALL write('new_winner_old_deleted', 'DELETE FROM t WHERE id = 21', 'INSERT INTO t VALUES (22, $$b$$, 0, 60)');
CALL write('offset_shifts', 'DELETE FROM t WHERE id IN (1, 2)');
CALL write('order_key_updated', 'UPDATE t SET id = -id WHERE id > 5');
CALL write('label_changes', 'UPDATE groups SET label = $$A$$', 'UPDATE t SET g = $$b$$ WHERE id = 3');
CALL write('label_gone', 'DELETE FROM groups WHERE g = $$a$$', 'INSERT INTO t VALUES (30, $$a$$, 0, 0)');
CALL write('partition_emptied', 'DELETE FROM t WHERE g = $$b$$');
CALL write('everything_gone', 'DELETE FROM t');
CALL write('everything_back', 'INSERT INTO t SELECT i, (ARRAY[$$a$$, NULL])[i % 2 + 1], i % 3, i % 4 FROM generate_series(1, 9) AS i');

SET client_min_messages = warning;
DROP SCHEMA scenario_windows CASCADE;
