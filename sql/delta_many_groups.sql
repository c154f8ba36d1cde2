-- A statement that changes very many groups reads the groups' rows once, whether they add up in memory or not.
CREATE SCHEMA delta_many_groups;
SET search_path = delta_many_groups, public;
SET jit = off;
SET client_min_messages = warning;
SET statement_timeout = '600s'; -- to look each of them up without an index takes hours
CREATE TABLE sale (g int, x int);
CREATE TVIEW totals AS SELECT g, sum(x) AS s, max(x) AS top, count(*) AS n FROM sale GROUP BY g;
SELECT source, strategy FROM tview_explain('totals');

SET work_mem = '64kB';
INSERT INTO sale SELECT n % 60000, n % 7 FROM generate_series(1, 80000) AS n;
SELECT count(*), sum(s), sum(top), sum(n) FROM totals;
RESET work_mem;
UPDATE sale SET x = x + 1 WHERE g >= 30000;
SELECT count(*), sum(s), sum(top), sum(n) FROM totals;
-- Every maximum leaves.
UPDATE sale SET x = x - 2;
SELECT count(*), sum(s), sum(top), sum(n) FROM totals;
DELETE FROM sale WHERE g % 2 = 0;
SELECT count(*), sum(s), sum(top), sum(n) FROM totals;
SELECT * FROM tview_verify('totals');
DROP SCHEMA delta_many_groups CASCADE;
