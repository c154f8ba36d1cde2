-- Scenarios 1 to 7: joins of two and three tables, TVIEWs and self-joins, several sources changed in one batch.
CREATE SCHEMA scenario_joins;
SET search_path = scenario_joins, public;
\i test/lib/scenario.sql

CREATE TABLE a (id int PRIMARY KEY, k int, v text);
CREATE TABLE b (id int PRIMARY KEY, k int, v text);
CREATE TABLE c (id int PRIMARY KEY, k int, v text);
CREATE TABLE person (id int PRIMARY KEY, boss int, name text);
INSERT INTO a SELECT n, n % 3, 'a' || n FROM generate_series(1, 6) AS n;
INSERT INTO b SELECT n, n % 4, 'b' || n FROM generate_series(1, 6) AS n;
INSERT INTO c SELECT n, n % 2, 'c' || n FROM generate_series(1, 4) AS n;

CALL tview('two', 'SELECT a.id AS aid, b.id AS bid, a.v, b.v AS w FROM a JOIN b ON b.k = a.k');
CALL tview('turned', 'SELECT a.id AS aid, b.id AS bid FROM b JOIN a ON a.k = b.k');
CALL tview('three', 'SELECT a.id AS aid, b.id AS bid, c.id AS cid FROM a JOIN b ON b.k = a.k JOIN c ON c.k = b.id');
CALL tview('left_key_only', 'SELECT a.id, b.v FROM a JOIN b ON b.k = a.k');
CALL tview('no_key', 'SELECT a.v, c.v AS w FROM a JOIN b ON b.k = a.k JOIN c ON c.k = a.k');

CALL write('both_sides_inserted', 'INSERT INTO a VALUES (10, 7, $$new$$)', 'INSERT INTO b VALUES (10, 7, $$new$$)');
CALL write('key_moved_and_old_partner_deleted', 'UPDATE a SET k = 2 WHERE id = 10', 'DELETE FROM b WHERE id = 10');
CALL write('key_moved_and_new_partner_inserted', 'UPDATE a SET k = 8 WHERE id = 1', 'INSERT INTO b VALUES (11, 8, $$n$$)');
CALL write('both_keys_moved_to_meet', 'UPDATE a SET k = 9 WHERE id = 2', 'UPDATE b SET k = 9 WHERE id = 2');
CALL write('both_keys_moved_to_part', 'UPDATE a SET k = 20 WHERE id = 2', 'UPDATE b SET k = 21 WHERE id = 2');
CALL write('three_tables_deletes_on_two', 'DELETE FROM a WHERE id = 3', 'DELETE FROM c WHERE id = 2');
CALL write('three_tables_all_inserted', 'INSERT INTO a VALUES (12, 30, $$x$$)', 'INSERT INTO b VALUES (30, 30, $$y$$)',
           'INSERT INTO c VALUES (31, 30, $$z$$)');
CALL write('three_tables_all_deleted', 'DELETE FROM a WHERE id = 12', 'DELETE FROM b WHERE id = 30', 'DELETE FROM c WHERE id = 31');
CALL write('middle_moved_ends_changed', 'UPDATE b SET k = 1 WHERE id = 1', 'UPDATE a SET v = $$q$$ WHERE k = 1',
           'DELETE FROM c WHERE k = 1');
CALL write('partner_replaced', 'DELETE FROM b WHERE id = 4', 'INSERT INTO b VALUES (40, 0, $$b4$$)');
CALL write('null_key_and_back', 'UPDATE a SET k = NULL WHERE id = 4', 'UPDATE b SET k = NULL WHERE id = 5');
CALL write('nulls_filled', 'UPDATE a SET k = 5 WHERE k IS NULL', 'UPDATE b SET k = 5 WHERE k IS NULL');
CALL write('everything_deleted', 'DELETE FROM a', 'DELETE FROM b');
CALL write('everything_back', 'INSERT INTO a SELECT n, n % 3, n FROM generate_series(1, 5) AS n',
           'INSERT INTO b SELECT n, n % 2, n FROM generate_series(1, 5) AS n');

-- 4: TVIEWs joined by a third, a TVIEW joined with a base table of its own.
CALL tview('low_a', 'SELECT id, k, v FROM a WHERE id < 100');
CALL tview('sums', 'SELECT k, count(*) AS n FROM b GROUP BY k');
CALL tview('upper', 'SELECT x.id, x.v, s.n FROM low_a_now AS x JOIN sums_now AS s ON s.k = x.k');
CALL tview('with_own_base', 'SELECT u.id, u.n, a.v FROM upper_now AS u JOIN a ON a.id = u.id');
CALL tview('diamond', 'SELECT w.id, w.n, u.v FROM with_own_base_now AS w LEFT JOIN upper_now AS u ON u.id = w.id');
CALL write('tviews_joined', 'INSERT INTO a VALUES (50, 50, $$v$$)', 'INSERT INTO b VALUES (50, 50, $$v$$), (51, 50, $$v$$)');
CALL write('tviews_joined_moved', 'UPDATE a SET k = 1, v = $$moved$$ WHERE id = 50', 'UPDATE b SET k = 1 WHERE id = 50');
CALL write('tviews_joined_left', 'UPDATE a SET id = 500 WHERE id = 50', 'DELETE FROM b WHERE k = 50');
CALL write('tviews_joined_gone', 'DELETE FROM b', 'UPDATE a SET v = v || $$!$$');

-- 6: a row that is both, and its own.
CALL tview('staff', 'SELECT e.id, e.name, m.name AS boss FROM person AS e JOIN person AS m ON m.id = e.boss');
CALL tview('staff_all', 'SELECT e.id, e.name, m.name AS boss FROM person AS e LEFT JOIN person AS m ON m.id = e.boss');
CALL tview('boss_names', 'SELECT m.name, count(e.id) AS n FROM person AS m LEFT JOIN person AS e ON e.boss = m.id GROUP BY m.name');
CALL write('self_join_inserted', 'INSERT INTO person VALUES (1, 1, $$own$$), (2, 1, $$both$$), (3, 2, $$leaf$$), (4, NULL, $$top$$)');
CALL write('self_join_renamed', 'UPDATE person SET name = $$both2$$ WHERE id = 2');
CALL write('self_join_own_boss_moves', 'UPDATE person SET boss = 4 WHERE id = 1');
CALL write('self_join_key_and_reference', 'UPDATE person SET id = id + 10, boss = boss + 10');
CALL write('self_join_both_ends', 'DELETE FROM person WHERE id IN (11, 13)', 'INSERT INTO person VALUES (11, 12, $$again$$)');
CALL write('self_join_boss_gone', 'DELETE FROM person WHERE id = 12');

-- 7: the same table under two aliases, in two CTEs, in two branches.
CALL tview('two_ctes', 'WITH x AS (SELECT id, k FROM a WHERE id < 4), y AS (SELECT id, k FROM a WHERE id > 2)
    SELECT x.id AS xid, y.id AS yid FROM x JOIN y ON y.k = x.k');
CALL tview('two_branches', 'SELECT id, k FROM a WHERE k = 0 UNION ALL SELECT id + 1000, k FROM a WHERE k > 0');
CALL tview('two_aliases', 'SELECT x.id AS xid, y.id AS yid, z.id AS zid FROM a x JOIN a y ON y.k = x.id JOIN a z ON z.id = y.k');
CALL write('aliases_inserted', 'INSERT INTO a VALUES (6, 6, $$i$$), (7, 6, $$j$$), (8, 1, $$k$$)');
CALL write('aliases_moved', 'UPDATE a SET k = (k + 1) % 3');
CALL write('aliases_swapped', 'UPDATE a SET id = -id', 'INSERT INTO b VALUES (900, 1, NULL)');
CALL write('aliases_deleted', 'DELETE FROM a WHERE id < -3');

SET client_min_messages = warning;
DROP SCHEMA scenario_joins CASCADE;
