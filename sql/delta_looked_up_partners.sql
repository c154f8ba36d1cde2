-- What a changed row adds to its group is computed from the row and the rows that index lookups find to join with it, as
-- the query would: inner and outer joins, filters, EXISTS, groups of a partner's columns, missing partners.
CREATE SCHEMA delta_looked_up_partners;
SET search_path = delta_looked_up_partners, public;
\i test/lib/oracle.sql
CREATE TABLE region (id int PRIMARY KEY, name text);
CREATE TABLE customer (id int PRIMARY KEY, region int, name varchar(20), vip boolean);
CREATE TABLE orders (id bigint PRIMARY KEY, customer int, note text);
CREATE TABLE sku (code text PRIMARY KEY, price numeric(10, 2), weight int, parts jsonb);
CREATE TABLE line (id int, orders int, sku text, quantity int, at date, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE line_old PARTITION OF line FOR VALUES FROM (MINVALUE) TO ('2024-01-01');
CREATE TABLE line_new (gone int, at date NOT NULL, quantity int, sku text, orders int, id int NOT NULL);
ALTER TABLE line_new DROP COLUMN gone;
ALTER TABLE line ATTACH PARTITION line_new FOR VALUES FROM ('2024-01-01') TO (MAXVALUE);
CREATE TABLE recall (sku text, since date);
CREATE INDEX ON recall (sku);
INSERT INTO region VALUES (1, repeat('north', 600)), (2, 'south'), (3, NULL);
INSERT INTO customer SELECT n, NULLIF(n % 5, 0), 'customer ' || n % 4, n % 2 = 0 FROM generate_series(1, 12) n;
INSERT INTO orders SELECT n, n % 14, 'note' FROM generate_series(1, 30) n;
INSERT INTO sku SELECT 'sku ' || n, n + 0.5, NULLIF(n % 4, 0) FROM generate_series(1, 10) n;
INSERT INTO line SELECT n, n % 33, 'sku ' || n % 12, n % 7, date '2023-12-01' + n FROM generate_series(1, 90) n;
INSERT INTO recall VALUES ('sku 3', '2023-12-20'), ('sku 4', '2025-01-01');
CREATE TVIEW of_orders AS SELECT o.id, o.note, count(*) AS lines, sum(l.quantity * s.weight) AS weight, count(s.weight) AS weighed
    FROM orders o JOIN line l ON l.orders = o.id JOIN sku s ON s.code = l.sku GROUP BY o.id, o.note;
CREATE TVIEW of_region AS SELECT r.name, count(*) AS lines, sum(l.quantity) FILTER (WHERE c.vip) AS vip, max(s.price) AS dearest, min(c.name) AS first
    FROM line l JOIN orders o ON o.id = l.orders JOIN customer c ON c.id = o.customer JOIN region r ON r.id = c.region
    LEFT JOIN sku s ON s.code = l.sku AND s.price > 3 GROUP BY r.name;
CREATE TVIEW of_sku AS SELECT l.sku, c.name, count(*) AS lines, count(o.id) AS known, sum(l.quantity) AS quantity
    FROM line l LEFT JOIN orders o JOIN customer c ON c.id = o.customer ON o.id = l.orders
    WHERE NOT EXISTS (SELECT FROM recall r WHERE r.sku = l.sku AND r.since <= l.at) GROUP BY l.sku, c.name;
CREATE TVIEW of_customer AS SELECT c.id, c.name, count(l.id) AS lines, sum(l.quantity * s.weight) AS weight
    FROM customer c LEFT JOIN (orders o JOIN line l ON l.orders = o.id JOIN sku s ON s.code = l.sku) ON o.customer = c.id GROUP BY c.id, c.name;
CREATE TVIEW total AS SELECT count(*) AS lines, sum(l.quantity * s.weight) AS weight, max(s.price) AS dearest FROM line l JOIN sku s ON s.code = l.sku WHERE s.weight < 3;
SELECT t.tview, e.source, e.strategy, e.reason LIKE '%index lookups%' AS looked_up FROM tview.tviews t, tview_explain(t.tview) e
    WHERE e.source IN ('line'::regclass, 'orders'::regclass) ORDER BY t.tview::text, e.source::text;

\i test/lib/write.sql
CREATE PROCEDURE write_everything() LANGUAGE plpgsql AS $$
DECLARE
    statement text;
BEGIN
    FOREACH statement IN ARRAY ARRAY[
        $s$INSERT INTO line VALUES (200, 3, 'sku 5', 4, '2024-06-01')$s$,
        $s$INSERT INTO line VALUES (201, 3, 'sku 5', 4, '2023-06-01')$s$,
        $s$INSERT INTO line VALUES (202, NULL, 'sku 5', 4, '2023-06-01')$s$,
        $s$INSERT INTO line VALUES (203, 99, 'sku 5', NULL, '2023-06-01')$s$,
        $s$INSERT INTO line VALUES (204, 4, NULL, 3, '2024-06-01')$s$,
        $s$INSERT INTO line VALUES (205, 4, 'none', 3, '2024-06-01')$s$,
        $s$INSERT INTO line VALUES (206, 4, 'sku 3', 3, '2023-12-02')$s$,
        $s$UPDATE line SET quantity = quantity + 1 WHERE id = 200$s$,
        $s$UPDATE line SET sku = 'sku 1' WHERE id = 200$s$,
        $s$UPDATE line SET orders = 5 WHERE id = 200$s$,
        $s$UPDATE line SET orders = 6, sku = 'sku 2', quantity = 0 WHERE id = 201$s$,
        $s$UPDATE line SET at = '2025-06-01' WHERE id = 206$s$,
        $s$UPDATE line SET orders = NULL WHERE id = 206$s$,
        $s$UPDATE line SET orders = 7 WHERE id IN (202, 203)$s$,
        $s$DELETE FROM line WHERE id = 201$s$,
        $s$INSERT INTO orders VALUES (99, 1, 'late')$s$,
        $s$UPDATE orders SET customer = 8 WHERE id = 5$s$,
        $s$UPDATE orders SET customer = NULL WHERE id = 5$s$,
        $s$UPDATE sku SET weight = 9 WHERE code = 'sku 1'$s$,
        $s$UPDATE sku SET price = 30 WHERE code = 'sku 2'$s$,
        $s$DELETE FROM sku WHERE code = 'sku 5'$s$,
        $s$INSERT INTO sku VALUES ('sku 5', 3.00, 2)$s$,
        $s$UPDATE customer SET vip = NOT vip, region = 2 WHERE id = 3$s$,
        $s$INSERT INTO recall VALUES ('sku 7', '2024-01-10')$s$,
        $s$DELETE FROM recall WHERE sku = 'sku 7'$s$,
        $s$WITH moved AS (DELETE FROM line WHERE id = 200 RETURNING *) INSERT INTO line SELECT 207, orders, 'sku 9', 2, at FROM moved$s$,
        $s$DELETE FROM line WHERE id BETWEEN 200 AND 205$s$,
        $s$DELETE FROM line WHERE id = 206$s$,
        $s$DELETE FROM line WHERE id = 207$s$,
        $s$UPDATE sku SET weight = 1 WHERE code = 'sku 1'$s$,
        $s$DELETE FROM orders WHERE id = 99$s$]
    LOOP
        CALL write(statement);
    END LOOP;
END
$$;
CALL write_everything();
SELECT * FROM pg_temp.oracle();
-- One partner is looked up, and nothing else is read of its table; several rows of a transaction.
BEGIN;
SELECT coalesce(sum(seq_scan), 0) AS before FROM pg_stat_xact_user_tables WHERE relname IN ('sku', 'orders') \gset
CALL write('UPDATE line SET quantity = 5 WHERE id = 20');
CALL write('UPDATE line SET quantity = 6, sku = ''sku 8'' WHERE id = 20');
CALL write('DELETE FROM line WHERE id = 20');
CALL write('INSERT INTO line VALUES (20, 20, ''sku 8'', 3, ''2024-02-02'')');
COMMIT;
SELECT id, lines, weight FROM of_orders WHERE id = 20;
SELECT * FROM pg_temp.oracle();
-- An index that the lookups need goes and comes.
ALTER TABLE sku DROP CONSTRAINT sku_pkey;
CALL write_everything();
CREATE UNIQUE INDEX ON sku (code COLLATE "C");
CALL write_everything();
ALTER TABLE sku ADD PRIMARY KEY (code);
CALL write_everything();
-- An owner who may not read all of a partner.
CREATE ROLE partner_owner;
GRANT ALL ON SCHEMA delta_looked_up_partners TO partner_owner;
GRANT SELECT, TRIGGER ON line, orders TO partner_owner;
GRANT SELECT (code, weight), TRIGGER ON sku TO partner_owner;
SET ROLE partner_owner;
CREATE TVIEW owned AS SELECT o.id, count(*) AS lines, sum(l.quantity * s.weight) AS weight, count(s.weight) AS weighed
    FROM orders o JOIN line l ON l.orders = o.id JOIN sku s ON s.code = l.sku GROUP BY o.id;
RESET ROLE;
CALL write_everything();
GRANT SELECT ON sku TO partner_owner;
CALL write_everything();
SELECT * FROM pg_temp.oracle();
-- A preparation that fails again and again leaves nothing behind: of what a row adds, and of columns that compute.
CREATE TABLE pen (id int PRIMARY KEY, price int);
CREATE TABLE sale (id int PRIMARY KEY, pen int, pieces int);
INSERT INTO pen VALUES (1, 5), (2, 6);
INSERT INTO sale VALUES (1, 1, 1), (2, 2, 2);
GRANT SELECT, TRIGGER ON pen, sale TO partner_owner;
CREATE FUNCTION times(int, bigint) RETURNS bigint LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN $1 * $2; END';
REVOKE ALL ON FUNCTION times FROM PUBLIC;
GRANT EXECUTE ON FUNCTION times TO partner_owner;
CREATE PROCEDURE fail(often int) LANGUAGE plpgsql AS $$
BEGIN
    FOR i IN 1..often LOOP
        BEGIN
            UPDATE sale SET pieces = pieces + 1 WHERE id = 1;
            RAISE 'this was to fail';
        EXCEPTION WHEN insufficient_privilege THEN
        END;
    END LOOP;
END
$$;
CREATE VIEW ours AS SELECT sum(total_bytes) AS bytes FROM pg_backend_memory_contexts WHERE name LIKE 'pg\_tviews%';
SET ROLE partner_owner;
CREATE TVIEW sold AS SELECT p.price, count(*), sum(times(p.price, s.pieces)) FROM sale s JOIN pen p ON p.id = s.pen GROUP BY p.price;
RESET ROLE;
REVOKE EXECUTE ON FUNCTION times FROM partner_owner;
CALL fail(1);
SELECT bytes AS before FROM ours \gset
CALL fail(100);
SELECT bytes - :before < 50000 AS nothing_left FROM ours;
GRANT EXECUTE ON FUNCTION times TO partner_owner;
UPDATE sale SET pieces = 7 WHERE id = 1;
SELECT * FROM sold ORDER BY price;
DROP TVIEW sold;
SET ROLE partner_owner;
CREATE TVIEW doubled AS SELECT pen, count(*), sum(pieces), times(2, sum(pieces)) AS double FROM sale GROUP BY pen;
RESET ROLE;
REVOKE EXECUTE ON FUNCTION times FROM partner_owner;
CALL fail(1);
SELECT bytes AS before FROM ours \gset
CALL fail(100);
SELECT bytes - :before < 50000 AS nothing_left FROM ours;
GRANT EXECUTE ON FUNCTION times TO partner_owner;
UPDATE sale SET pieces = 8 WHERE id = 1;
SELECT * FROM doubled ORDER BY pen;
SELECT * FROM pg_temp.oracle();
\set VERBOSITY terse
DROP SCHEMA delta_looked_up_partners CASCADE;
DROP ROLE partner_owner;
