-- Scenarios 8 to 10, 80 and 88: LEFT, FULL and chained outer joins whose partners come, go and move.
CREATE SCHEMA scenario_outer_joins;
SET search_path = scenario_outer_joins, public;
\i test/lib/scenario.sql

CREATE TABLE a (id int PRIMARY KEY, k int, v int);
CREATE TABLE b (id int PRIMARY KEY, k int, y int);
CREATE TABLE c (id int PRIMARY KEY, y int, v int);
INSERT INTO a VALUES (1, 1, 10), (2, 2, 20), (3, NULL, 30), (4, 4, NULL);
INSERT INTO b VALUES (1, 1, 1), (2, 1, 2), (3, 3, 0);
INSERT INTO c VALUES (1, 1, 100), (2, 0, 200);

CALL tview('lefts', 'SELECT a.id, a.v, b.id AS bid, b.y FROM a LEFT JOIN b ON b.k = a.k');
CALL tview('left_partner_only', 'SELECT b.id AS bid, b.y FROM a LEFT JOIN b ON b.k = a.k');
CALL tview('rights', 'SELECT a.id, b.id AS bid FROM a RIGHT JOIN b ON b.k = a.k');
CALL tview('fulls', 'SELECT a.id, b.id AS bid, coalesce(a.k, b.k) AS k FROM a FULL JOIN b ON b.k = a.k');
CALL tview('full_groups', 'SELECT coalesce(a.k, b.k) AS k, sum(a.v) AS av, sum(b.y) AS bv, count(*) AS n
    FROM a FULL JOIN b ON b.k = a.k GROUP BY coalesce(a.k, b.k)');
CALL tview('chain', 'SELECT a.id, b.id AS bid, c.id AS cid FROM a LEFT JOIN b ON b.k = a.k LEFT JOIN c ON c.y = b.y');
CALL tview('chain_coalesce', 'SELECT a.id, c.id AS cid FROM a LEFT JOIN b ON b.k = a.k LEFT JOIN c ON c.y = coalesce(b.y, 0)');
CALL tview('chain_last_key', 'SELECT c.id AS cid, count(*) AS n FROM a LEFT JOIN b ON b.k = a.k LEFT JOIN c ON c.y = b.y GROUP BY c.id');
CALL tview('chain_sum', 'SELECT a.id, count(b.id) AS bs, sum(c.v) AS cs FROM a LEFT JOIN b ON b.k = a.k
    LEFT JOIN c ON c.y = b.y GROUP BY a.id');
CALL tview('filtered', 'SELECT a.id, b.id AS bid FROM a LEFT JOIN b ON b.k = a.k AND b.y > 0 WHERE b.y IS NULL OR b.y < 2');
CALL tview('anti', 'SELECT a.id FROM a LEFT JOIN b ON b.k = a.k WHERE b.id IS NULL');
CALL tview('nested', 'SELECT a.id, b.id AS bid, c.id AS cid FROM a LEFT JOIN (b JOIN c ON c.y = b.y) ON b.k = a.k');
CALL tview('full_then_left', 'SELECT a.id, b.id AS bid, c.id AS cid FROM a FULL JOIN b ON b.k = a.k LEFT JOIN c ON c.y = b.y');

CALL write('first_partner_appears', 'INSERT INTO b VALUES (4, 2, 5)');
CALL write('second_partner_appears', 'INSERT INTO b VALUES (5, 2, 1)');
CALL write('one_partner_goes', 'DELETE FROM b WHERE id = 4');
CALL write('last_partner_goes', 'DELETE FROM b WHERE id = 5');
CALL write('partner_moves', 'UPDATE b SET k = 2 WHERE id = 1');
CALL write('partner_moves_to_nobody', 'UPDATE b SET k = 77 WHERE id = 1');
CALL write('partner_moves_to_null', 'UPDATE b SET k = NULL WHERE id = 2');
CALL write('partner_goes_and_another_comes', 'DELETE FROM b WHERE id = 3', 'INSERT INTO b VALUES (6, 4, 0)');
CALL write('partner_moves_as_row_comes', 'UPDATE b SET k = 8 WHERE id = 1', 'INSERT INTO a VALUES (8, 8, 80)');
CALL write('both_gone', 'DELETE FROM a WHERE id = 8', 'DELETE FROM b WHERE id = 1');
CALL write('middle_of_chain_gone', 'DELETE FROM b WHERE k = 4');
CALL write('middle_of_chain_back', 'INSERT INTO b VALUES (7, 4, 1), (8, 4, 0), (9, 1, NULL)');
CALL write('middle_moves_to_other_end', 'UPDATE b SET y = 0 WHERE id = 7', 'UPDATE c SET y = 3 WHERE id = 1');
CALL write('end_of_chain_gone', 'DELETE FROM c WHERE y = 0');
CALL write('end_of_chain_back', 'INSERT INTO c VALUES (3, 0, 1), (4, 0, NULL)', 'UPDATE b SET y = NULL WHERE id = 8');
CALL write('all_three_change', 'UPDATE a SET k = k + 1', 'UPDATE b SET k = k + 1', 'UPDATE c SET y = y + 1');
CALL write('side_vanishes_sum_is_null', 'DELETE FROM a');
CALL write('side_returns', 'INSERT INTO a VALUES (1, 5, 1), (2, 2, 2), (3, 9, NULL)');
CALL write('other_side_vanishes', 'DELETE FROM b');
CALL write('both_return_at_once', 'INSERT INTO b SELECT n, n % 4, n % 3 FROM generate_series(1, 8) AS n',
           'INSERT INTO c SELECT n, n % 3, n FROM generate_series(10, 15) AS n', 'UPDATE a SET k = 1');

-- 9: more than 64 columns, dropped ones among them, the aggregate on top.
DO $$ BEGIN EXECUTE 'CREATE TABLE wide (id int, ' || (SELECT string_agg(format('x%s int, c%s int', n, n), ', ' ORDER BY n)
    FROM generate_series(1, 70) AS n) || ')'; END $$;
DO $$ BEGIN EXECUTE 'ALTER TABLE wide ' || (SELECT string_agg(format('DROP COLUMN x%s', n), ', ') FROM generate_series(1, 70) AS n); END $$;
INSERT INTO wide (id, c69, c70) VALUES (1, 1, 5), (2, 1, 6), (3, 2, NULL);
CALL tview('wide_join', 'SELECT a.id, sum(wide.c70) AS total FROM a LEFT JOIN wide ON wide.c69 = a.id GROUP BY a.id');
CALL tview('wide_all', 'SELECT w.*, a.k FROM wide AS w LEFT JOIN a ON a.id = w.c69');
CALL write('wide_column_changes', 'UPDATE wide SET c70 = 100 WHERE id = 1');
CALL write('wide_partner_moves', 'UPDATE wide SET c69 = 3 WHERE id = 2', 'UPDATE a SET id = 33 WHERE id = 3');
CALL write('wide_unread_column', 'UPDATE wide SET c5 = 1');

-- 80: mixed-case and reserved-word columns with min, max and outer joins.
CREATE TABLE "Order" ("Id" int PRIMARY KEY, "Group" text, "select" int);
CREATE TABLE "User" ("Id" int PRIMARY KEY, "Order" int, "max" numeric);
CALL tview('Reserved Words', 'SELECT o."Id" AS "from", o."Group" AS "Group", min(u."max") AS "min", max(u."max") AS "Max"
    FROM "Order" AS o LEFT JOIN "User" AS u ON u."Order" = o."Id" GROUP BY o."Id", o."Group"');
CALL write('reserved_words_inserted', 'INSERT INTO "Order" VALUES (1, $$a$$, 2), (2, NULL, 3)', 'INSERT INTO "User" VALUES (1, 1, 5), (2, 1, 7.0)');
CALL write('reserved_words_extremum_leaves', 'DELETE FROM "User" WHERE "max" = 7');
CALL write('reserved_words_moved', 'UPDATE "User" SET "Order" = 2', 'UPDATE "Order" SET "Group" = $$b$$ WHERE "Id" = 2');

SET client_min_messages = warning;
DROP SCHEMA scenario_outer_joins CASCADE;
