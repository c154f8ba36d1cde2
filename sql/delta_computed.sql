-- Groups without a count, sums behind averages, columns that compute with aggregates, HAVING: adjusted, and compared with the
-- query as text after each statement.
CREATE SCHEMA delta_computed;
SET search_path = delta_computed, public;
SET jit = off;
CREATE TABLE region (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE sale (id int PRIMARY KEY, region int, item int NOT NULL, qty int, price numeric(10, 2) NOT NULL, weight numeric,
                   paid boolean, day date, label text, took interval, cost money, flags smallint, big bigint NOT NULL DEFAULT 0);
CREATE INDEX ON sale (region);
INSERT INTO region SELECT g, 'region ' || g FROM generate_series(1, 4) AS g;

CREATE TVIEW sums AS SELECT region, sum(item) AS s FROM sale GROUP BY region;
CREATE TVIEW nullable_sums AS SELECT region, item, sum(qty) AS q, sum(weight) FILTER (WHERE paid) AS w FROM sale GROUP BY region, item;
CREATE TVIEW averages AS
    SELECT region, count(*) AS n, avg(item) AS a, avg(price) AS p, avg(big) AS b, count(qty) AS q, avg(qty) AS aq, avg(weight) AS w,
           sum(weight) AS sw, count(weight) AS nw FROM sale GROUP BY region;
CREATE TVIEW zeroed AS
    SELECT region, coalesce(sum(qty), 0) AS q, coalesce(sum(price), 0) AS p, coalesce(sum(weight), 0) AS w,
           coalesce(sum(price) FILTER (WHERE paid), 0) AS pp FROM sale GROUP BY region;
CREATE TVIEW zeroed_average AS SELECT region, count(price) AS n, coalesce(sum(price), 0) AS p, avg(price) AS a FROM sale GROUP BY region;
CREATE TVIEW all_zeroed AS SELECT coalesce(sum(qty), 0) AS q, coalesce(sum(weight), 0) AS w FROM sale;
CREATE TVIEW computed AS
    SELECT region, count(*) AS n, sum(price) AS s, round(avg(price), 1) AS a, sum(price) / count(*) AS d, sum(price) * 2 + region AS r,
           count(*) > 3 AS many, count(qty) AS nq, round(100.0 * count(qty) / count(*), 1) AS share FROM sale GROUP BY region;
CREATE TVIEW document AS
    SELECT region, jsonb_build_object('n', count(*), 'sums', jsonb_build_object('price', sum(price), 'qty', coalesce(sum(qty), 0)),
           'first', min(day), 'all', bool_and(paid), 'last', max(label), 'mean', avg(price)) AS data FROM sale GROUP BY region;
CREATE TVIEW shown AS SELECT region, count(*) AS n, sum(qty) AS q, max(day) AS d FROM sale GROUP BY region HAVING count(*) > 2 AND region <> 3;
CREATE TVIEW other_sums AS
    SELECT region, count(*) AS n, count(took) AS nt, sum(took) AS t, avg(took) AS a, sum(cost) AS c, bit_and(flags) AS ba, bit_or(flags) AS bo, bit_and(item) AS bi,
           bit_or(big) FILTER (WHERE qty > 1) AS bb FROM sale GROUP BY region;
CREATE TVIEW extremes AS SELECT region, min(day) AS d, max(label COLLATE "C") AS l, min(price) AS p, bool_or(paid) AS any_paid, bool_and(paid) AS all_paid FROM sale GROUP BY region;
CREATE TVIEW joined AS
    SELECT r.name, sum(s.item) AS i, coalesce(sum(s.qty), 0) AS q, max(s.day) AS d FROM sale AS s JOIN region AS r ON r.id = s.region GROUP BY r.name;
CREATE TVIEW optional AS
    SELECT r.id, r.name, coalesce(sum(s.price), 0) AS p, sum(s.qty) AS q, bool_or(s.paid) AS b, count(s.id) AS n, coalesce(round(avg(s.price), 1), -1) AS a
      FROM region AS r LEFT JOIN sale AS s ON s.region = r.id GROUP BY r.id, r.name;

SELECT t AS tview, e.source, e.strategy
  FROM unnest(ARRAY['sums', 'nullable_sums', 'averages', 'zeroed', 'zeroed_average', 'all_zeroed', 'computed', 'document', 'shown', 'other_sums', 'extremes', 'joined', 'optional']) AS t,
       tview_explain(t::regclass) AS e;

\i test/lib/by_text.sql
\i test/lib/write_by_text.sql
CALL write('INSERT INTO sale SELECT g, g % 5, g % 2, g % 7, g * 1.25, g / 8.0, g % 3 = 0, date ''2024-01-01'' + g, ''l'' || g % 4, g * interval ''1 month 2 days 03:04:05.5'', g::money, g % 8, g * 1000000000::bigint FROM generate_series(1, 40) AS g');
-- The last row of a group without a count; the last input of a sum without one.
CALL write('INSERT INTO sale (id, region, item, qty, price, weight, paid) VALUES (100, 50, 1, 1, 1, 1.5, true)');
CALL write('UPDATE sale SET qty = NULL, paid = NULL WHERE id = 100');
CALL write('UPDATE sale SET qty = 4, paid = true WHERE id = 100');
CALL write('DELETE FROM sale WHERE id = 100');
CALL write('INSERT INTO sale (id, item, price) VALUES (101, 1, 0.5), (102, 1, 0.25)');
CALL write('DELETE FROM sale WHERE id = 101');
CALL write('DELETE FROM sale WHERE id = 102');
CALL write('DELETE FROM sale WHERE region = 4 AND id <> 4');
CALL write('DELETE FROM sale WHERE id = 4');
-- HAVING hides and shows groups.
CALL write('INSERT INTO sale (id, region, item, price) VALUES (110, 60, 1, 1), (111, 60, 1, 2)');
CALL write('INSERT INTO sale (id, region, item, price) VALUES (112, 60, 1, 3)');
CALL write('INSERT INTO sale (id, region, item, price) VALUES (113, 60, 1, 4)');
CALL write('DELETE FROM sale WHERE id = 112');
CALL write('DELETE FROM sale WHERE id = 111');
CALL write('DELETE FROM sale WHERE id = 110');
CALL write('UPDATE sale SET region = 60 WHERE region = 2');
CALL write('UPDATE sale SET region = 2 WHERE id = 113');
-- Extremes and truths that leave.
CALL write('DELETE FROM sale WHERE id = (SELECT id FROM sale WHERE region = 1 ORDER BY day LIMIT 1)');
CALL write('UPDATE sale SET day = day + 100, label = ''a'', price = price * 3 WHERE region = 1 AND id < 20');
CALL write('UPDATE sale SET paid = NOT paid WHERE id % 4 = 1');
CALL write('UPDATE sale SET paid = true WHERE region = 1');
CALL write('UPDATE sale SET paid = false WHERE id = (SELECT min(id) FROM sale WHERE region = 1)');
CALL write('UPDATE sale SET paid = NULL WHERE id = (SELECT min(id) FROM sale WHERE region = 1)');
CALL write('UPDATE sale SET flags = 7 WHERE id = 7');
CALL write('UPDATE sale SET flags = 0 WHERE id = 7');
CALL write('UPDATE sale SET flags = NULL');
CALL write('UPDATE sale SET flags = -id, took = -took, cost = cost * 2');
-- Numbers that do not add up.
CALL write('UPDATE sale SET price = ''NaN'' WHERE id = 1');
CALL write('UPDATE sale SET price = 3 WHERE id = 1');
CALL write('UPDATE sale SET weight = ''Infinity'' WHERE id = 6');
CALL write('UPDATE sale SET weight = 1.00000 WHERE id = 6');
CALL write('UPDATE sale SET weight = 1 WHERE id = 6');
CALL write('UPDATE sale SET took = interval ''178000000 years'' WHERE id = 11');
CALL write('UPDATE sale SET took = interval ''0'' WHERE id = 11');
CALL write('UPDATE sale SET cost = cost * -1 WHERE id = 11');
CALL write('UPDATE sale SET cost = NULL WHERE id = 11');
CALL write('INSERT INTO sale (id, region, item, price, big) SELECT 2000 + g, 70, -1, 99999999.99, 9223372036854775807 FROM generate_series(1, 30) AS g');
CALL write('DELETE FROM sale WHERE region = 70 AND id > 2003');
CALL write('DELETE FROM region WHERE id = 2');
CALL write('INSERT INTO region VALUES (2, ''again'')');
CALL write('DELETE FROM sale');
CALL write('INSERT INTO sale SELECT g, g % 3, g % 2, g % 7, g * 1.25, g / 8.0, g % 3 = 0, date ''2024-01-01'' + g, ''l'' || g % 4, g * interval ''1 month 2 days 03:04:05.5'', g::money, g % 8, g FROM generate_series(1, 30) AS g');

-- Anything, in any order.
DO $$
DECLARE
    step int;
BEGIN
    PERFORM setseed(0.37);
    FOR step IN 1 .. 150 LOOP
        CALL write(CASE floor(random() * 8)
            WHEN 0 THEN format('INSERT INTO sale SELECT %s + g, %s, g %% 2, nullif(g %% 5, 0), g, (%s + g)::numeric / 4, g %% 2 = 0, date ''2024-01-01'' + g, ''l'' || g, g * interval ''1 day'', g::money, g %% 16, g FROM generate_series(1, %s) AS g',
                               1000 * step, floor(random() * 5), step, 1 + floor(random() * 4))
            WHEN 1 THEN format('DELETE FROM sale WHERE id %% %s = 0', 2 + floor(random() * 9))
            WHEN 2 THEN format('UPDATE sale SET region = nullif(%s, 0) WHERE id %% 3 = %s', floor(random() * 5), floor(random() * 3))
            WHEN 3 THEN format('UPDATE sale SET qty = nullif(qty + %s, 4), paid = nullif(paid, true), weight = round(weight, %s) WHERE id %% 4 = %s', 1 + floor(random() * 3), floor(random() * 4), floor(random() * 4))
            WHEN 4 THEN format('UPDATE sale SET weight = weight * 1.10, day = day + 1, price = price + 0.01 WHERE region = %s', floor(random() * 5))
            WHEN 5 THEN format('UPDATE sale SET flags = %s, took = took * 1.5, cost = cost + 1::money, paid = true WHERE id %% 5 = %s', floor(random() * 16), floor(random() * 5))
            WHEN 6 THEN format('UPDATE sale SET region = %s, qty = 5 - qty, weight = weight + 0.5 WHERE id = (SELECT min(id) FROM sale WHERE id %% 4 = %s)', 1 + floor(random() * 5), floor(random() * 4))
            ELSE format('DELETE FROM sale WHERE id = (SELECT max(id) FROM sale WHERE id %% 4 = %s)', floor(random() * 4))
        END);
    END LOOP;
END
$$;
SELECT differences(), (SELECT count(*) > 0 FROM sums) AS anything;

-- What comes and goes before it is looked at decides nothing.
CREATE TVIEW late_extremes WITH (refresh = deferred) AS
    SELECT region, count(*) AS n, bool_and(paid) AS a, bool_or(paid) AS o, max(day) AS d, bit_or(flags) AS b, bit_and(flags) AS ba, sum(weight) AS w, min(price) AS p
      FROM sale GROUP BY region;
INSERT INTO sale VALUES (95001, 95, 1, 1, 2, 1.25, true, '2024-01-01', 'a', NULL, NULL, 3), (95002, 95, 1, 1, 2, 1.5, false, '2024-01-02', 'a', NULL, NULL, 1);
BEGIN;
INSERT INTO sale VALUES (95003, 95, 1, 1, 1, 1.12345, false, '2025-01-01', 'a', NULL, NULL, 12);
DELETE FROM sale WHERE id = 95003;
COMMIT;
SELECT * FROM late_extremes WHERE region = 95;
BEGIN;
INSERT INTO sale VALUES (95003, 95, 1, 1, 1, 1.12345, false, '2025-01-01', 'a', NULL, NULL, 12);
UPDATE sale SET paid = true, weight = 2.5 WHERE id = 95002;
DELETE FROM sale WHERE id = 95003;
UPDATE sale SET flags = 2 WHERE id = 95001;
COMMIT;
SELECT * FROM late_extremes WHERE region = 95;
SELECT differences();
DROP TVIEW late_extremes;
DELETE FROM sale WHERE region = 95;

-- Inputs that cannot be computed of rows which the query leaves out.
INSERT INTO region VALUES (96, 'without');
INSERT INTO sale (id, region, item, qty, price) SELECT 96000 + g, CASE WHEN g > 2 THEN 96 ELSE 1 END, 96, CASE WHEN g > 2 THEN 0 ELSE g END, 1 FROM generate_series(1, 40) AS g;
CREATE TVIEW divided AS
    SELECT s.item, sum(60 / s.qty) AS d, max(60 / s.qty) AS m, bool_and(60 / s.qty > 40) AS b, bit_or(60 / s.qty) AS o
      FROM sale AS s JOIN region AS r ON r.id = s.region WHERE r.name <> 'without' AND s.item = 96 GROUP BY s.item;
CREATE INDEX ON sale (item);
SELECT * FROM divided;
UPDATE sale SET qty = NULL WHERE id = 96001;
SELECT * FROM divided;
UPDATE sale SET qty = NULL WHERE id = 96002;
SELECT * FROM divided;
DELETE FROM sale WHERE item = 96 AND region <> 96;
SELECT * FROM divided;
DROP TVIEW divided;
DELETE FROM sale WHERE item = 96;

-- Nothing was recomputed for these, nor for the companions of others; `document` knows no count of its own but finds it
-- in its column.
CREATE TEMP TABLE before AS SELECT tview, keys_recomputed + full_refreshes AS n FROM tview.stats;
CREATE VIEW recomputed AS
    SELECT s.tview, s.keys_recomputed + s.full_refreshes - b.n AS recomputed FROM tview.stats AS s JOIN before AS b USING (tview)
     WHERE s.tview NOT IN (SELECT tview FROM tview.companion) AND s.keys_recomputed + s.full_refreshes > b.n;
CALL write('INSERT INTO sale (id, region, item, qty, price, weight, paid, day, label) VALUES (90001, 90, 1, 1, 1, 1, true, ''2024-05-05'', ''m'')');
CALL write('INSERT INTO sale (id, region, item, qty, price, weight, paid, day, label) VALUES (90002, 90, 1, 1, 1, 1, true, ''2024-05-06'', ''n'')');
CALL write('UPDATE sale SET qty = qty + 1, price = price + 1, weight = weight + 1 WHERE id = 90001');
CALL write('UPDATE sale SET day = day + 5, qty = NULL WHERE id = 90002');
CALL write('UPDATE sale SET day = day - 50, qty = NULL, paid = false WHERE id = 90001');
CALL write('UPDATE sale SET paid = true WHERE id = 90001');
CALL write('DELETE FROM sale WHERE id = 90002');
SELECT * FROM recomputed ORDER BY tview::text;
CALL write('DELETE FROM sale WHERE id = 90001');
SELECT * FROM recomputed ORDER BY tview::text;
DROP VIEW recomputed;

-- What cannot be told from the output is kept beside it, or recomputed.
SELECT strategy, hint FROM tview_explain_query('SELECT region, avg(price) FROM delta_computed.sale GROUP BY region');
SELECT strategy, hint FROM tview_explain_query('SELECT region, count(*), avg(weight) FROM delta_computed.sale GROUP BY region');
SELECT strategy, hint FROM tview_explain_query('SELECT region, sum(item) / count(*) FROM delta_computed.sale GROUP BY region');
SELECT strategy, hint FROM tview_explain_query('SELECT region, sum(item) FROM delta_computed.sale GROUP BY region HAVING count(*) > 1');
SELECT strategy, hint FROM tview_explain_query('SELECT region, count(*), sum(item) + (SELECT count(*) FROM delta_computed.region) FROM delta_computed.sale GROUP BY region');
SELECT strategy, hint FROM tview_explain_query('SELECT count(*) FROM delta_computed.sale HAVING count(*) > 1');
SELECT strategy, hint FROM tview_explain_query('SELECT region, jsonb_build_object(''n'', count(*), ''n'', sum(item)) FROM delta_computed.sale GROUP BY region');
SET client_min_messages = warning;
DROP SCHEMA delta_computed CASCADE;
