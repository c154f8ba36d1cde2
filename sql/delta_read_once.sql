-- What joins with the changed rows of a statement is read once: not once for the keys, once for new and once for old rows.
CREATE SCHEMA delta_read_once;
SET search_path = delta_read_once, public;
SET jit = off;
SET client_min_messages = warning;
\i test/lib/oracle.sql
CREATE TABLE orders (id int PRIMARY KEY, customer text);
CREATE TABLE sku (id int PRIMARY KEY, price numeric, tv_hidden boolean);
CREATE TABLE odd_sku (id int PRIMARY KEY, price int, tv_is_old boolean);
CREATE TABLE line (id int PRIMARY KEY, orders int, sku int, n int);
INSERT INTO orders SELECT n, 'customer ' || n % 30 FROM generate_series(1, 500) AS n;
INSERT INTO sku SELECT n, n, false FROM generate_series(1, 400) AS n;
INSERT INTO odd_sku SELECT n, n, false FROM generate_series(1, 400) AS n;
INSERT INTO line SELECT n, 1 + n % 500, 1 + (n * 7) % 400, n % 5 FROM generate_series(1, 6000) AS n;
ANALYZE;
CREATE TVIEW totals AS SELECT o.id, o.customer, count(*) AS lines, sum(l.n * s.price) AS total
    FROM orders o JOIN line l ON l.orders = o.id JOIN sku s ON s.id = l.sku GROUP BY o.id, o.customer;
SELECT source, strategy FROM tview_explain('totals') ORDER BY source::text;

CREATE FUNCTION scans(of regclass) RETURNS bigint LANGUAGE sql AS
$$ SELECT coalesce(sum(seq_scan), 0)::bigint FROM pg_stat_xact_user_tables WHERE relid = of $$;
BEGIN;
SELECT scans('line') AS before \gset
UPDATE sku SET price = price + 1.5;
SELECT scans('line') - :before AS scans;
SELECT * FROM pg_temp.oracle();
ROLLBACK;
-- Only some of the lines' orders; groups that come, go and move; values that come back the same.
UPDATE sku SET price = price + 1 WHERE id <= 250;
SELECT * FROM pg_temp.oracle();
UPDATE sku SET id = -id WHERE id % 2 = 0;
SELECT * FROM pg_temp.oracle();
UPDATE sku SET id = -id, price = CASE WHEN id % 3 = 0 THEN NULL ELSE price END WHERE id < 0;
SELECT * FROM pg_temp.oracle();
DELETE FROM sku WHERE id <= 390;
SELECT * FROM pg_temp.oracle();
INSERT INTO sku SELECT n, n, false FROM generate_series(1, 390) AS n;
SELECT * FROM pg_temp.oracle();
MERGE INTO sku USING generate_series(1, 500) AS n ON id = n WHEN MATCHED AND n % 2 = 0 THEN DELETE
    WHEN MATCHED THEN UPDATE SET price = n WHEN NOT MATCHED THEN INSERT VALUES (n, 1, true);
SELECT * FROM pg_temp.oracle();

-- More aggregates, HAVING, a filter, no groups at all, a nullable side, and a source with a column of the marker's name.
CREATE TVIEW many AS SELECT o.customer, sum(s.price) FILTER (WHERE l.n > 1) AS some, min(s.price) AS low, max(s.price) AS high,
    bool_or(s.tv_hidden) AS hidden, count(*) AS lines FROM orders o JOIN line l ON l.orders = o.id JOIN sku s ON s.id = l.sku
    GROUP BY o.customer HAVING sum(s.price) > 100;
CREATE TVIEW everything AS SELECT count(*) AS n, sum(s.price) AS total FROM line l JOIN sku s ON s.id = l.sku;
CREATE TVIEW optional AS SELECT o.id, count(l.id) AS lines, sum(l.n) AS n FROM orders o LEFT JOIN line l ON l.orders = o.id GROUP BY o.id;
CREATE TVIEW odd AS SELECT l.orders, sum(s.price) AS total, count(*) AS n FROM line l JOIN odd_sku s ON s.id = l.sku GROUP BY l.orders;
UPDATE sku SET price = price * 2, tv_hidden = NOT tv_hidden WHERE id > 100;
UPDATE odd_sku SET price = price + id;
UPDATE line SET n = n + 1, orders = 1 + (orders + 3) % 600;
SELECT * FROM pg_temp.oracle();
DELETE FROM line WHERE orders % 2 = 0;
UPDATE odd_sku SET id = id + 1000 WHERE id % 2 = 0;
UPDATE sku SET price = 0;
SELECT * FROM pg_temp.oracle();
-- Many keys are locked as one, few are not; both more than once in a transaction.
BEGIN;
UPDATE sku SET price = price + 1 WHERE id < 5;
UPDATE sku SET price = price + 1;
UPDATE sku SET price = price + 1 WHERE id = 7;
UPDATE line SET n = n + 1 WHERE id = 3;
SELECT * FROM pg_temp.oracle();
COMMIT;
DROP SCHEMA delta_read_once CASCADE;
