-- An update of a partner that changes only inputs of aggregates: both images are added up at once, nothing but the rows that
-- join with it is read, and the groups are told by their key.
CREATE SCHEMA delta_exchanged_images;
SET search_path = delta_exchanged_images, public;
SET client_min_messages = warning;
SET jit = off;
\i test/lib/oracle.sql
CREATE TABLE sku (id int PRIMARY KEY, price int, weight numeric(8, 2), kind text, note text);
CREATE TABLE orders (id int PRIMARY KEY, customer text, open boolean NOT NULL);
CREATE TABLE line (id int PRIMARY KEY, orders int, sku int, quantity int);
INSERT INTO sku SELECT n, n, n / 4.0, 'kind ' || n % 3, 'note' FROM generate_series(1, 40) AS n;
INSERT INTO orders SELECT n, 'customer ' || n % 50, n % 5 > 0 FROM generate_series(1, 2000) AS n;
INSERT INTO line SELECT n, 1 + n % 2000, 1 + n % 41, n % 7 FROM generate_series(1, 8000) AS n;
CREATE INDEX ON line (orders);
CREATE INDEX ON line (sku);
ANALYZE sku, orders, line;
CREATE TVIEW of_order AS SELECT o.id, o.customer, count(*) AS lines, sum(l.quantity * s.price) AS total
    FROM orders o JOIN line l ON l.orders = o.id JOIN sku s ON s.id = l.sku GROUP BY o.id, o.customer;
CREATE TVIEW of_open_order AS SELECT o.id, sum(l.quantity * s.price) AS total, min(s.price) AS least, max(s.price) AS most, sum(s.weight) AS weight,
    count(s.price) AS priced, bool_or(s.price > 30) AS dear, sum(s.price) FILTER (WHERE s.weight > 3) AS heavy
    FROM orders o JOIN line l ON l.orders = o.id JOIN sku s ON s.id = l.sku WHERE o.open AND s.kind <> 'kind 2' GROUP BY o.id;
CREATE TVIEW of_kind AS SELECT s.kind, count(*) AS lines, sum(l.quantity * s.price) AS total FROM line l JOIN sku s ON s.id = l.sku GROUP BY s.kind;
CREATE TVIEW of_customer AS SELECT o.customer, count(*) AS lines, sum(l.quantity * s.price) AS total
    FROM orders o JOIN line l ON l.orders = o.id JOIN sku s ON s.id = l.sku GROUP BY o.customer;
CREATE TVIEW of_any_order AS SELECT o.id, count(s.id) AS known, sum(l.quantity * s.price) AS total
    FROM orders o JOIN line l ON l.orders = o.id LEFT JOIN sku s ON s.id = l.sku GROUP BY o.id;
CREATE TVIEW shown AS SELECT o.id, sum(s.price) AS total FROM orders o JOIN line l ON l.orders = o.id JOIN sku s ON s.id = l.sku
    GROUP BY o.id HAVING sum(s.price) > 20;
CREATE TVIEW repeated AS SELECT o.id, sum(s.price * n) AS total FROM orders o JOIN line l ON l.orders = o.id JOIN sku s ON s.id = l.sku
    CROSS JOIN LATERAL generate_series(1, least(s.price, 3)) AS n GROUP BY o.id;
CREATE TABLE bonus (orders int PRIMARY KEY);
INSERT INTO bonus SELECT generate_series(1, 2000, 3);
CREATE TVIEW with_bonus AS SELECT o.id, count(s.id) AS known, sum(l.quantity * s.price) AS total
    FROM orders o LEFT JOIN (line l JOIN sku s ON s.id = l.sku CROSS JOIN bonus b) ON l.orders = o.id AND b.orders = o.id GROUP BY o.id;
CREATE TVIEW everything AS SELECT count(*) AS lines, sum(l.quantity * s.price) AS total FROM line l JOIN sku s ON s.id = l.sku;
SELECT t.tview, e.strategy FROM tview.tviews t, tview_explain(t.tview) e WHERE e.source = 'sku'::regclass ORDER BY 1;
\i test/lib/write.sql
CREATE PROCEDURE write_everything() LANGUAGE plpgsql AS $$
DECLARE
    statement text;
BEGIN
    FOREACH statement IN ARRAY ARRAY[
        $s$UPDATE sku SET price = price + 1 WHERE id = 7$s$,
        $s$UPDATE sku SET price = NULL WHERE id = 7$s$,
        $s$UPDATE sku SET price = 8, weight = 3.5 WHERE id = 7$s$,
        $s$UPDATE sku SET weight = 'NaN' WHERE id = 8$s$,
        $s$UPDATE sku SET weight = 0.5 WHERE id = 8$s$,
        $s$UPDATE sku SET price = price + 1$s$,
        $s$UPDATE sku SET price = price - 1, kind = 'kind 1' WHERE id IN (3, 4, 5)$s$,
        $s$UPDATE sku SET price = 100 - price, note = 'other' WHERE id < 20$s$,
        $s$UPDATE sku SET id = 60 WHERE id = 9$s$,
        $s$UPDATE sku SET id = 9, price = 3 WHERE id = 60$s$,
        $s$WITH one AS (UPDATE sku SET price = 5 WHERE id = 10 RETURNING id) INSERT INTO sku SELECT 41, 6, 2, 'kind 1' FROM one$s$,
        $s$WITH one AS (DELETE FROM sku WHERE id = 41) UPDATE sku SET price = 4 WHERE id = 10$s$,
        $s$WITH one AS (DELETE FROM line WHERE id = 30) UPDATE sku SET price = 14 WHERE id = 31$s$,
        $s$INSERT INTO line VALUES (30, 31, 31, 2)$s$,
        $s$UPDATE orders SET open = NOT open WHERE id = 31$s$,
        $s$UPDATE sku SET price = 15 WHERE id = 31$s$,
        $s$INSERT INTO sku VALUES (10, 1) ON CONFLICT (id) DO UPDATE SET price = sku.price + 1$s$]
    LOOP
        CALL write(statement);
    END LOOP;
END
$$;
CALL write_everything();
SELECT * FROM pg_temp.oracle();
-- Several updates of one row in a flush.
BEGIN;
ALTER TVIEW of_order SET (refresh = 'deferred');
ALTER TVIEW of_open_order SET (refresh = 'deferred');
UPDATE sku SET price = 50 WHERE id = 7;
UPDATE sku SET price = 51 WHERE id = 7;
UPDATE sku SET price = 52 WHERE id IN (7, 8);
COMMIT;
SELECT * FROM pg_temp.oracle();
-- A key that does not single out a row any more.
ALTER TABLE orders DROP CONSTRAINT orders_pkey CASCADE;
INSERT INTO orders VALUES (31, 'twice', true);
CALL write_everything();
DELETE FROM orders WHERE customer = 'twice';
ALTER TABLE orders ADD PRIMARY KEY (id);
CALL write_everything();
SELECT * FROM pg_temp.oracle();
-- Nothing is read of the orders, and of the lines only what joins, once to derive keys and once to add up.
DROP TVIEW of_open_order, of_kind, of_customer, of_any_order, with_bonus, shown, repeated, everything;
ALTER TVIEW of_order SET (refresh = 'immediate');
CALL write('UPDATE sku SET price = 20 WHERE id = 20');
SELECT count(*) AS lines FROM line WHERE sku = 20 \gset
BEGIN;
CREATE VIEW reads AS SELECT sum(seq_scan) AS scans, sum(idx_tup_fetch) FILTER (WHERE relname = 'line') AS lines,
    sum(idx_scan) FILTER (WHERE relname = 'orders') AS orders FROM pg_stat_xact_user_tables WHERE schemaname = 'delta_exchanged_images' AND relname <> 'sku';
SELECT scans, lines AS line_reads, orders AS order_reads FROM reads \gset
UPDATE sku SET price = 21 WHERE id = 20;
SELECT scans - :scans AS scans, ((lines - :line_reads) / :lines)::int AS times_read, orders - :order_reads AS orders FROM reads;
COMMIT;
SELECT * FROM pg_temp.oracle();
\set VERBOSITY terse
DROP SCHEMA delta_exchanged_images CASCADE;
