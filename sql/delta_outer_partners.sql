-- The condition of an outer join singles out no row of the side that it keeps: a changed row joins with all of these.
CREATE SCHEMA delta_outer_partners;
SET search_path = delta_outer_partners, public;
\i test/lib/oracle.sql
CREATE TABLE line (id int PRIMARY KEY, k int NOT NULL, v int NOT NULL);
CREATE TABLE shop (id int PRIMARY KEY);
CREATE TABLE stock (id int PRIMARY KEY, shop int);
INSERT INTO shop VALUES (1), (2), (3);
INSERT INTO stock VALUES (1, 1), (5, 1);
INSERT INTO line VALUES (1, 1, 10);
SET client_min_messages = warning;
CREATE TVIEW kept_left AS
    SELECT l.k, sum(l.v) AS v, count(*) AS n
      FROM line AS l CROSS JOIN (shop AS a LEFT JOIN stock AS b ON b.id = 5 AND a.id = b.shop) GROUP BY l.k;
CREATE TVIEW kept_right AS
    SELECT l.k, sum(l.v) AS v, count(*) AS n
      FROM line AS l CROSS JOIN (stock AS b RIGHT JOIN shop AS a ON b.id = 5 AND a.id = b.shop) GROUP BY l.k;
CREATE TVIEW kept_both AS
    SELECT l.k, sum(l.v) AS v, count(*) AS n
      FROM line AS l CROSS JOIN (shop AS a FULL JOIN stock AS b ON a.id = b.id) WHERE a.id = l.k OR a.id IS NULL GROUP BY l.k;
CREATE TVIEW not_strict AS
    SELECT l.k, sum(l.v) AS v, count(*) AS n
      FROM line AS l CROSS JOIN (shop AS a LEFT JOIN stock AS b ON b.id = 5 AND a.id = b.shop) WHERE a.id = coalesce(b.shop, 2)
     GROUP BY l.k;
CREATE TVIEW singled_out AS
    SELECT l.k, sum(l.v) AS v, count(*) AS n
      FROM line AS l JOIN stock AS b ON b.id = l.k LEFT JOIN shop AS a ON a.id = b.shop GROUP BY l.k;
INSERT INTO line VALUES (2, 1, 100);
SELECT * FROM pg_temp.oracle();
UPDATE line SET v = v + 1 WHERE id = 2;
SELECT * FROM pg_temp.oracle();
UPDATE line SET k = 5 WHERE id = 2;
SELECT * FROM pg_temp.oracle();
INSERT INTO line VALUES (3, 5, 1000);
SELECT * FROM pg_temp.oracle();
DELETE FROM line WHERE id = 2;
SELECT * FROM pg_temp.oracle();
TABLE kept_left ORDER BY k;
TABLE not_strict ORDER BY k;
DROP SCHEMA delta_outer_partners CASCADE;
