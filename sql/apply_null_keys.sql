-- Keys of several columns in every pattern of NULLs, one at a time and many at once.
CREATE SCHEMA apply_null_keys;
SET search_path = apply_null_keys, public;
\i test/lib/oracle.sql

CREATE TABLE sale (id int PRIMARY KEY, region text, shop int, day date, amount int);
INSERT INTO sale
    SELECT g, nullif('r' || g % 4, 'r0'), nullif(g % 5, 0), nullif(date '2024-01-01' + g % 3, '2024-01-01'), g
    FROM generate_series(1, 300) AS g;
CREATE TVIEW tv_three AS SELECT region, shop, day, sum(amount) AS amount FROM sale GROUP BY region, shop, day;
CREATE TVIEW tv_two AS SELECT region, shop, count(*) AS n FROM sale GROUP BY region, shop;
CREATE TVIEW tv_one AS SELECT region, min(amount) AS lowest FROM sale GROUP BY region;
SELECT * FROM pg_temp.oracle();

UPDATE sale SET amount = amount + 1 WHERE id = 60;
SELECT * FROM pg_temp.oracle();
UPDATE sale SET amount = amount + 1;
SELECT * FROM pg_temp.oracle();
UPDATE sale SET region = NULL WHERE id % 7 = 0;
SELECT * FROM pg_temp.oracle();
UPDATE sale SET region = 'r9', shop = NULL, day = NULL WHERE region IS NULL;
SELECT * FROM pg_temp.oracle();
DELETE FROM sale WHERE shop IS NULL AND id % 2 = 0;
SELECT * FROM pg_temp.oracle();
UPDATE sale SET region = NULL, shop = NULL, day = NULL;
SELECT * FROM pg_temp.oracle();
TABLE tv_three;
DELETE FROM sale;
SELECT * FROM pg_temp.oracle();

-- Names that the queries of maintenance use themselves.
CREATE TABLE tv_keys (a int, t int, k1 int, "Order" text);
INSERT INTO tv_keys SELECT g, g % 3, g % 2, 'o' || g % 2 FROM generate_series(1, 30) AS g;
CREATE TVIEW tv_names AS SELECT a, t, "Order", count(*) AS k1, max(k1) AS r FROM tv_keys GROUP BY a, t, "Order";
UPDATE tv_keys SET k1 = k1 + 5;
UPDATE tv_keys SET t = NULL, "Order" = upper("Order") WHERE a < 10;
SELECT * FROM pg_temp.oracle();

DROP SCHEMA apply_null_keys CASCADE;
