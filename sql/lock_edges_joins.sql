-- Which values derivations look up in the other sources of inner and outer joins: what is locked of them.
CREATE SCHEMA lock_edges_joins;
SET search_path = lock_edges_joins, public;
SET client_min_messages = warning;
\i test/lib/locks.sql

CREATE TABLE a (id int PRIMARY KEY, x int, name text);
CREATE TABLE b (id int PRIMARY KEY, a_id int, c_id int, name text);
CREATE TABLE c (id int PRIMARY KEY, name text, lo int, hi int);

-- two tables, K at either end: its own end needs no lookup, the other end is looked up by a value it holds
CREATE TVIEW tv_child AS SELECT b.id, a.name FROM b JOIN a ON a.id = b.a_id;
CREATE TVIEW tv_parent AS SELECT a.id, a.name, count(*) AS n FROM a JOIN b ON b.a_id = a.id GROUP BY a.id;
CREATE TVIEW tv_name AS SELECT a.name, count(*) AS n FROM a JOIN b ON b.a_id = a.id GROUP BY a.name;
SELECT * FROM locks('tv_child');
SELECT * FROM locks('tv_parent');
SELECT * FROM locks('tv_name');

-- a chain of three, K at an end, in the middle, and a column off both ends
CREATE TVIEW tv_chain_a AS SELECT a.id, count(c.id) AS n FROM a JOIN b ON b.a_id = a.id JOIN c ON c.id = b.c_id GROUP BY a.id;
CREATE TVIEW tv_chain_c AS SELECT c.id, count(*) AS n FROM a JOIN b ON b.a_id = a.id JOIN c ON c.id = b.c_id GROUP BY c.id;
CREATE TVIEW tv_chain_b AS SELECT b.id, a.name AS a, c.name AS c FROM a JOIN b ON b.a_id = a.id JOIN c ON c.id = b.c_id;
CREATE TVIEW tv_chain_name AS SELECT c.name, count(*) AS n FROM a JOIN b ON b.a_id = a.id JOIN c ON c.id = b.c_id GROUP BY c.name;
SELECT * FROM locks('tv_chain_a');
SELECT * FROM locks('tv_chain_b');
SELECT * FROM locks('tv_chain_c');
SELECT * FROM locks('tv_chain_name');

-- outer joins
CREATE TVIEW tv_left AS SELECT a.id, b.name FROM a LEFT JOIN b ON b.a_id = a.id AND b.name > 'x';
CREATE TVIEW tv_left_key AS SELECT b.name, count(*) AS n FROM a LEFT JOIN b ON b.a_id = a.id GROUP BY b.name;
CREATE TVIEW tv_right AS SELECT a.name, count(*) AS n FROM b RIGHT JOIN a ON b.a_id = a.id GROUP BY a.name;
CREATE TVIEW tv_full AS SELECT a.name AS a, b.name AS b, count(*) AS n FROM a FULL JOIN b ON b.a_id = a.id GROUP BY a.name, b.name;
CREATE TVIEW tv_chained AS SELECT c.name, count(*) AS n FROM a LEFT JOIN b ON b.a_id = a.id LEFT JOIN c ON c.id = b.c_id GROUP BY c.name;
CREATE TVIEW tv_coalesce AS SELECT c.name, count(*) AS n FROM a LEFT JOIN b ON b.a_id = a.id LEFT JOIN c ON c.id = coalesce(b.c_id, a.x) GROUP BY c.name;
CREATE TVIEW tv_coalesce_own AS SELECT c.name, count(*) AS n FROM a JOIN c ON c.id = coalesce(a.x, 0) GROUP BY c.name;
SELECT * FROM locks('tv_left');
SELECT * FROM locks('tv_left_key');
SELECT * FROM locks('tv_right');
SELECT * FROM locks('tv_full');
SELECT * FROM locks('tv_chained');
SELECT * FROM locks('tv_coalesce');
SELECT * FROM locks('tv_coalesce_own');

-- a change on the nullable side finds the preserved side by what it was joined with, through several outer joins
CREATE TVIEW tv_behind_left AS SELECT a.id, c.name FROM a LEFT JOIN b ON b.id = a.x LEFT JOIN c ON c.id = b.c_id;
CREATE TVIEW tv_behind_nested AS SELECT a.id, c.name FROM a LEFT JOIN (b LEFT JOIN c ON c.id = b.c_id) ON b.id = a.x;
CREATE TVIEW tv_behind_lateral AS SELECT a.id FROM a LEFT JOIN b ON b.id = a.x WHERE EXISTS (SELECT FROM c WHERE c.lo = b.c_id);
CREATE TVIEW tv_behind_full AS SELECT a.id, b.id AS b, c.name FROM a FULL JOIN b ON b.id = a.x LEFT JOIN c ON c.id = b.c_id;
CREATE TVIEW tv_behind_subquery AS SELECT s.id, c.name FROM (SELECT a.id, b.c_id FROM a LEFT JOIN b ON b.id = a.x) AS s LEFT JOIN c ON c.id = s.c_id;
SELECT * FROM locks('tv_behind_left');
SELECT * FROM locks('tv_behind_nested');
SELECT * FROM locks('tv_behind_lateral');
SELECT * FROM locks('tv_behind_full');
SELECT * FROM locks('tv_behind_subquery');

-- self-joins
CREATE TVIEW tv_self AS SELECT p.name, count(*) AS n FROM a p JOIN a q ON q.x = p.id GROUP BY p.name;
SELECT * FROM locks('tv_self');

-- no equality: everything
CREATE TVIEW tv_between AS SELECT c.name, count(*) AS n FROM a JOIN c ON a.x BETWEEN c.lo AND c.hi GROUP BY c.name;
CREATE TVIEW tv_cross AS SELECT a.name, c.name AS c, count(*) AS n FROM a CROSS JOIN c GROUP BY a.name, c.name;
CREATE TVIEW tv_distinct_from AS SELECT c.name, count(*) AS n FROM a JOIN c ON a.x IS NOT DISTINCT FROM c.lo GROUP BY c.name;
CREATE TVIEW tv_constant AS SELECT c.name, count(*) AS n FROM a JOIN c ON a.x < c.lo AND c.hi = 5 GROUP BY c.name;
CREATE TVIEW tv_behind AS SELECT c.name, count(*) AS n FROM a JOIN b ON b.id < a.x JOIN c ON c.id = b.c_id GROUP BY c.name;
SELECT * FROM locks('tv_between');
SELECT * FROM locks('tv_cross');
SELECT * FROM locks('tv_distinct_from');
SELECT * FROM locks('tv_constant');
SELECT * FROM locks('tv_behind');

DROP SCHEMA lock_edges_joins CASCADE;
