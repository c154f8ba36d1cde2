-- The count, sum and average of a product's reviews beside the product, from a grouped subquery that is joined: what a changed
-- review contributes is added to the stored row, from no group (NULLs) to a group of one and back.
SET jit = off;
SET pg_tviews.full_refresh_threshold = 1;
CREATE SCHEMA delta_beside_rows;
SET search_path = delta_beside_rows, public;
\i test/lib/by_text.sql
\i test/lib/write_by_text.sql
CREATE TABLE maker (id int PRIMARY KEY, best int);
CREATE TABLE product (id int PRIMARY KEY, name text, price numeric, maker int, code text);
CREATE TABLE author (id int PRIMARY KEY, active boolean);
CREATE TABLE review (gone int, id int PRIMARY KEY, product int, stars int, weight numeric, author int NOT NULL, shown boolean NOT NULL DEFAULT true);
ALTER TABLE review DROP COLUMN gone;
CREATE TABLE stock (product int, place int, amount int NOT NULL);
CREATE TABLE tag (product int, word text);
INSERT INTO maker VALUES (1, 1), (2, 3), (3, NULL), (4, 99);
INSERT INTO product SELECT n, 'product ' || n, n + 0.5, n % 5, 'code ' || n FROM generate_series(1, 12) AS n;
INSERT INTO author SELECT n, n % 3 > 0 FROM generate_series(1, 6) AS n;
INSERT INTO review SELECT n, nullif(n % 9, 0), nullif(n % 6, 5), n * 0.25, 1 + n % 6, n % 4 > 0 FROM generate_series(1, 60) AS n;
INSERT INTO stock SELECT n % 8, n % 3, n FROM generate_series(1, 30) AS n;
INSERT INTO tag SELECT n % 5, 'word ' || n FROM generate_series(1, 15) AS n;
CREATE INDEX ON review (product);
CREATE INDEX ON stock (product, place);
CREATE VIEW rated AS SELECT product, count(*) AS n, max(stars) AS best FROM review WHERE shown GROUP BY product;
CREATE TVIEW beside AS SELECT p.id, p.name, p.price, r.n, r.stars, r.mean, r.rated FROM product p
    LEFT JOIN (SELECT product, count(*) AS n, sum(stars) AS stars, avg(stars) AS mean, count(stars) AS rated FROM review GROUP BY product) r ON r.product = p.id;
CREATE TVIEW zeros AS SELECT p.id, coalesce(r.n, 0) AS n, coalesce(r.stars, 0) AS stars, r.weight, r.least, r.most, r.liked FROM maker m JOIN product p ON p.maker = m.id
    LEFT JOIN (SELECT product, count(*) AS n, sum(stars) AS stars, sum(weight) AS weight, min(stars) AS least, max(weight) AS most, bool_or(stars > 3) AS liked FROM review WHERE shown GROUP BY product) r
    ON p.id = r.product;
CREATE TVIEW joined AS SELECT p.id, r.n, r.stars FROM product p LEFT JOIN (SELECT v.product, count(*) AS n, sum(v.stars) AS stars FROM review v JOIN author a ON a.id = v.author
    WHERE a.active GROUP BY v.product) r ON r.product = p.id;
CREATE TVIEW through_view AS SELECT p.id, p.name, r.n, r.best FROM rated r RIGHT JOIN product p ON r.product = p.id;
CREATE TVIEW through_cte AS WITH r AS (SELECT product, count(*) FILTER (WHERE shown) AS shown, count(*) AS n, sum(stars) FILTER (WHERE stars > 2) AS stars FROM review GROUP BY product)
    SELECT p.id, r.shown, r.n, r.stars, p.name FROM product p LEFT JOIN r ON r.product = p.id WHERE p.price > 2;
CREATE TVIEW several WITH (key = 'id') AS SELECT p.id, t.word, r.n FROM product p JOIN tag t ON t.product = p.id LEFT JOIN (SELECT product, count(*) AS n FROM review GROUP BY product) r ON r.product = p.id;
CREATE TVIEW placed WITH (key = 'id, place') AS SELECT p.id, s.place, s.amount, r.n FROM product p JOIN stock s ON s.product = p.id
    LEFT JOIN (SELECT product, stars, count(*) AS n FROM review GROUP BY product, stars) r ON r.product = p.id AND r.stars = s.place;
CREATE TVIEW optional WITH (key = 'product') AS SELECT m.id, p.id AS product, r.n, r.stars FROM maker m LEFT JOIN (product p LEFT JOIN (SELECT product, count(*) AS n, sum(stars) AS stars
    FROM review GROUP BY product) r ON r.product = p.id) ON p.id = m.best;
-- Correlated.
CREATE TVIEW lateral_count AS SELECT p.id, p.name, r.n, r.stars, r.rated FROM product p LEFT JOIN LATERAL
    (SELECT count(*) AS n, coalesce(sum(v.stars), 0) AS stars, count(v.stars) AS rated FROM review v WHERE v.product = p.id AND v.shown) r ON true;
CREATE TVIEW lateral_sum AS SELECT p.id, m.id AS maker, r.stars, r.mean, coalesce(r.n, 0) AS n FROM maker m JOIN product p ON p.maker = m.id
    CROSS JOIN LATERAL (SELECT sum(v.stars) AS stars, avg(v.stars) AS mean, count(v.stars) AS n FROM review v JOIN author a ON a.id = v.author WHERE p.id = v.product) r;
CREATE TVIEW lateral_optional WITH (key = 'product') AS SELECT m.id, p.id AS product, r.n FROM maker m LEFT JOIN (product p CROSS JOIN LATERAL
    (SELECT count(*) AS n FROM review v WHERE v.product = p.id) r) ON p.id = m.best;
CREATE TVIEW scalar AS SELECT p.id, p.price, (SELECT count(*) FROM review v WHERE v.product = p.id) AS n FROM product p;
CREATE TVIEW scalars AS SELECT p.id, (SELECT count(*) FROM review v WHERE v.product = p.id) AS n, coalesce((SELECT sum(v.stars) FROM review v WHERE v.product = p.id), 0) AS stars,
    (SELECT max(v.stars) FROM review v WHERE v.product = p.id) AS best FROM product p LEFT JOIN maker m ON m.id = p.maker WHERE p.price < 100;
CREATE TVIEW two AS SELECT p.id, r.n, s.amount, s.places FROM product p LEFT JOIN (SELECT product, count(*) AS n FROM review GROUP BY product) r ON r.product = p.id
    LEFT JOIN (SELECT product, sum(amount) AS amount, count(*) AS places FROM stock GROUP BY product) s ON s.product = p.id;
CREATE TVIEW above AS SELECT n, count(*) AS products FROM beside GROUP BY n;
-- More is made of the group, or it decides more: computed again.
CREATE TVIEW inner_joined AS SELECT p.id, r.n FROM product p JOIN (SELECT product, count(*) AS n FROM review GROUP BY product) r ON r.product = p.id;
CREATE TVIEW uncounted AS SELECT p.id, r.rated FROM product p LEFT JOIN (SELECT product, count(stars) AS rated FROM review GROUP BY product) r ON r.product = p.id;
CREATE TVIEW computing AS SELECT p.id, r.n + 1 AS n, coalesce(r.n, 5) AS five FROM product p LEFT JOIN (SELECT product, count(*) AS n FROM review GROUP BY product) r ON r.product = p.id;
CREATE TVIEW lateral_sometimes AS SELECT p.id, r.n FROM product p LEFT JOIN LATERAL (SELECT count(*) AS n FROM review v WHERE v.product = p.id) r ON p.price > 4;
CREATE TVIEW lateral_hidden AS SELECT p.id, r.n FROM product p LEFT JOIN (maker m CROSS JOIN LATERAL (SELECT count(*) AS n FROM review v WHERE v.product = m.best) r) ON m.best = p.id;
CREATE TVIEW lateral_within AS SELECT p.id, r.n FROM product p LEFT JOIN LATERAL (SELECT q.n FROM maker m CROSS JOIN LATERAL (SELECT count(*) AS n FROM review v WHERE v.product = p.id) q WHERE m.id = p.maker) r ON true;
CREATE TVIEW lateral_priced AS SELECT p.id, r.n FROM product p CROSS JOIN LATERAL (SELECT sum(v.stars * p.maker) AS n FROM review v WHERE v.product = p.id) r;
CREATE TVIEW lateral_ranged AS SELECT p.id, r.n FROM product p CROSS JOIN LATERAL (SELECT count(*) AS n FROM review v WHERE v.product = p.id AND v.stars > p.maker) r;
CREATE TVIEW lateral_beyond AS SELECT p.id, r.n, m.id AS maker FROM product p CROSS JOIN LATERAL (SELECT count(*) AS n FROM review v WHERE v.product = p.id) r LEFT JOIN maker m ON m.id = r.n;
CREATE TVIEW lateral_nullable AS SELECT p.id, r.n FROM product p LEFT JOIN (LATERAL (SELECT count(*) AS n FROM review v WHERE v.product = p.id) r JOIN maker m ON m.id = 4 AND m.best IS NULL) ON true;
CREATE TVIEW scalars_apart AS SELECT p.id, (SELECT count(*) FROM review v WHERE v.product = p.id) AS n, (SELECT count(*) FROM review v WHERE v.product = p.id AND v.shown) AS shown FROM product p;
CREATE TVIEW scalar_decides AS SELECT p.id, (SELECT count(*) FROM review v WHERE v.product = p.id) AS n FROM product p WHERE (SELECT count(*) FROM review v WHERE v.product = p.id) <> 6;
CREATE TVIEW scalar_having AS SELECT p.id, (SELECT count(*) FROM review v WHERE v.product = p.id) AS n, (SELECT sum(v.stars) FROM review v WHERE v.product = p.id HAVING count(*) > 4) AS some FROM product p;
CREATE TVIEW scalar_limited AS SELECT p.id, (SELECT count(*) FROM review v WHERE v.product = p.id) AS n, (SELECT sum(v.stars) FROM review v WHERE v.product = p.id LIMIT 0) AS none FROM product p;
CREATE TVIEW mixing AS SELECT p.id, coalesce(p.maker::bigint, r.n) AS n, coalesce(r.n, p.maker) AS other, row_to_json(r)::text AS whole FROM product p LEFT JOIN (SELECT product, count(*) AS n FROM review GROUP BY product) r ON r.product = p.id;
CREATE TVIEW conditional AS SELECT p.id, r.n FROM product p LEFT JOIN (SELECT product, count(*) AS n FROM review GROUP BY product) r ON r.product = p.id AND r.n > 5;
CREATE TVIEW conditional_too AS SELECT p.id, r.n FROM product p LEFT JOIN (SELECT product, count(*) AS n FROM review GROUP BY product) r ON r.product = p.id AND p.price > 4;
CREATE TVIEW filtered AS SELECT p.id, r.n FROM product p LEFT JOIN (SELECT product, count(*) AS n FROM review GROUP BY product) r ON r.product = p.id WHERE r.n IS DISTINCT FROM 6;
CREATE TVIEW having_some AS SELECT p.id, r.n FROM product p LEFT JOIN (SELECT product, count(*) AS n FROM review GROUP BY product HAVING count(*) > 6) r ON r.product = p.id;
CREATE TVIEW deciding AS SELECT p.id, r.n, s.amount FROM product p LEFT JOIN (SELECT product, count(*) AS n FROM review GROUP BY product) r ON r.product = p.id LEFT JOIN stock s ON s.product = p.id AND s.amount > r.n;
CREATE TVIEW asking AS SELECT p.id, r.n FROM product p LEFT JOIN (SELECT product, count(*) AS n FROM review GROUP BY product) r ON r.product = p.id
    WHERE EXISTS (SELECT FROM stock s WHERE s.product = p.id AND s.amount > r.n);
CREATE TVIEW lateral_beside AS SELECT p.id, r.n, l.amount FROM product p LEFT JOIN (SELECT product, count(*) AS n FROM review GROUP BY product) r ON r.product = p.id
    LEFT JOIN LATERAL (SELECT max(s.amount) AS amount FROM stock s WHERE s.product = p.id AND s.amount > r.n) l ON true;
CREATE TVIEW shown_key AS SELECT p.id, r.product, r.n FROM product p LEFT JOIN (SELECT product, count(*) AS n FROM review GROUP BY product) r ON r.product = p.id;
CREATE TVIEW finer AS SELECT p.id, r.n FROM product p LEFT JOIN (SELECT product, stars, count(*) AS n FROM review GROUP BY product, stars) r ON r.product = p.id;
CREATE TVIEW wider AS SELECT p.id, r.n FROM product p LEFT JOIN (SELECT product::bigint AS product, count(*) AS n FROM review GROUP BY product::bigint) r ON r.product = p.id;
CREATE TVIEW read_twice AS SELECT p.id, r.n FROM product p LEFT JOIN (SELECT product, count(*) AS n FROM review GROUP BY product) r ON r.product = p.id WHERE NOT EXISTS (SELECT FROM review v WHERE v.product = p.id AND v.stars = 4);
CREATE TVIEW latest AS SELECT p.id, r.n FROM product p LEFT JOIN (SELECT product, count(*) AS n FROM review GROUP BY product ORDER BY product LIMIT 3) r ON r.product = p.id;
SELECT t.name, e.source, e.strategy, e.key FROM tview.tviews t, tview_explain(t.tview) e WHERE e.source IN ('review'::regclass, 'stock'::regclass, 'author'::regclass) ORDER BY t.name, e.source::text;

CREATE PROCEDURE write_everything() LANGUAGE plpgsql AS $$
DECLARE
    statement text;
BEGIN
    FOREACH statement IN ARRAY ARRAY[
        $s$INSERT INTO review VALUES (100, 12, 3, 1.50, 1)$s$,
        $s$INSERT INTO review VALUES (101, 12, NULL, 1.5, 2)$s$,
        $s$UPDATE review SET stars = 4, weight = 2.125 WHERE id = 101$s$,
        $s$UPDATE review SET shown = false WHERE id = 100$s$,
        $s$DELETE FROM review WHERE id = 100$s$,
        $s$UPDATE review SET stars = NULL WHERE id = 101$s$,
        $s$DELETE FROM review WHERE id = 101$s$,
        $s$INSERT INTO review VALUES (102, NULL, 5, 1, 1), (103, NULL, 1, 1, 1)$s$,
        $s$UPDATE review SET product = 11 WHERE id = 102$s$,
        $s$UPDATE review SET product = NULL WHERE id = 102$s$,
        $s$UPDATE review SET product = 3 WHERE id = 4$s$,
        $s$UPDATE review SET product = 99 WHERE id = 4$s$,
        $s$INSERT INTO product VALUES (99, 'late', 9, 1)$s$,
        $s$INSERT INTO review SELECT 200 + n, n, n % 5, n, 1 + n % 6 FROM generate_series(1, 14) AS n$s$,
        $s$INSERT INTO review SELECT 300 + n, 1 + n % 11, n % 5, n, 1 + n % 6 FROM generate_series(1, 40) AS n$s$,
        $s$UPDATE review SET stars = stars + 1 WHERE id > 210$s$,
        $s$DELETE FROM review WHERE product IN (2, 12)$s$,
        $s$UPDATE review SET product = product + 1 WHERE id < 20$s$,
        $s$UPDATE author SET active = NOT active$s$,
        $s$DELETE FROM author WHERE id = 2$s$,
        $s$UPDATE stock SET amount = amount + 3 WHERE product = 3$s$,
        $s$INSERT INTO stock VALUES (11, 1, 5)$s$,
        $s$DELETE FROM stock WHERE product = 11$s$,
        $s$UPDATE product SET name = 'renamed', price = price - 1$s$,
        $s$UPDATE product SET id = 50 WHERE id = 5$s$,
        $s$UPDATE maker SET best = 7 WHERE id = 3$s$,
        $s$WITH added AS (INSERT INTO review VALUES (400, 7, 2, 2, 1)) UPDATE product SET name = 'both' WHERE id = 7$s$,
        $s$WITH added AS (INSERT INTO review VALUES (401, 8, 2, 2, 1)) INSERT INTO stock VALUES (8, 2, 3)$s$,
        $s$DELETE FROM product WHERE id = 7$s$,
        $s$DELETE FROM review WHERE product = 7$s$,
        $s$TRUNCATE review$s$,
        $s$INSERT INTO review VALUES (1, 1, 1, 1, 1)$s$]
    LOOP
        CALL write(statement);
    END LOOP;
END $$;
BEGIN;
CALL write_everything();
ROLLBACK;
-- The reviews of the product are not looked at.
CREATE FUNCTION scans() RETURNS numeric LANGUAGE sql AS $$
    SELECT sum(seq_scan + coalesce(idx_scan, 0)) FROM pg_stat_xact_user_tables WHERE schemaname = 'delta_beside_rows' AND relname IN ('review', 'product') $$;
CREATE SCHEMA delta_beside_rows_alone;
CREATE TABLE delta_beside_rows_alone.review (id int PRIMARY KEY, product int, stars int NOT NULL);
CREATE TVIEW delta_beside_rows_alone.beside AS SELECT p.id, r.n, r.stars FROM product p
    LEFT JOIN (SELECT product, count(*) AS n, sum(stars) AS stars FROM delta_beside_rows_alone.review GROUP BY product) r ON r.product = p.id;
BEGIN;
SELECT scans() AS before, seq_scan + idx_scan AS reviews FROM pg_stat_xact_user_tables WHERE schemaname = 'delta_beside_rows_alone' AND relname = 'review' \gset
INSERT INTO delta_beside_rows_alone.review VALUES (1, 1, 4);
INSERT INTO delta_beside_rows_alone.review VALUES (2, 1, 5);
SELECT scans() - :before AS scans, seq_scan + idx_scan - :reviews AS reviews FROM pg_stat_xact_user_tables WHERE schemaname = 'delta_beside_rows_alone' AND relname = 'review';
TABLE delta_beside_rows_alone.beside ORDER BY id LIMIT 2;
DELETE FROM delta_beside_rows_alone.review;
SELECT * FROM delta_beside_rows_alone.beside WHERE n IS NOT NULL OR stars IS NOT NULL;
COMMIT;
-- Deferred, with a savepoint; a snapshot of one's own.
ALTER TVIEW beside SET (refresh = deferred);
ALTER TVIEW zeros SET (refresh = deferred);
BEGIN;
INSERT INTO review VALUES (500, 12, 3, 1, 1);
SAVEPOINT s;
INSERT INTO review VALUES (501, 12, 3, 1, 1);
ROLLBACK TO s;
UPDATE review SET stars = 5 WHERE id = 500;
DELETE FROM review WHERE product = 1;
COMMIT;
SELECT differences();
CALL write_everything();
BEGIN ISOLATION LEVEL REPEATABLE READ;
INSERT INTO review VALUES (510, 12, 3, 1, 1);
INSERT INTO review VALUES (511, 11, 3, 1, 1);
DELETE FROM review WHERE id = 510;
COMMIT;
SELECT differences();
SELECT * FROM beside WHERE id IN (1, 11, 12) ORDER BY id;
SET client_min_messages = error;
DROP SCHEMA delta_beside_rows_alone CASCADE;
DROP SCHEMA delta_beside_rows CASCADE;
