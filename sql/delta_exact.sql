-- Groups that are adjusted hold exactly what the query computes, to the last decimal shown: rows are compared as text.
CREATE SCHEMA delta_exact;
SET search_path = delta_exact, public;
SET jit = off;
CREATE TABLE region (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE sale (id int PRIMARY KEY, region int, item int NOT NULL, qty int, price numeric(10, 2), weight numeric,
                   big bigint, paid boolean, day date, label text);
INSERT INTO region SELECT g, 'region ' || g FROM generate_series(1, 4) AS g;

CREATE TVIEW everything AS
    SELECT region, count(*) AS n, count(qty) AS n_qty, sum(qty) AS s_qty, avg(qty) AS a_qty, sum(price) AS s_price,
           sum(price * qty) AS s_total, sum(big) AS s_big, count(big) AS n_big, avg(big) AS a_big, min(day) AS first,
           max(label) AS last, bool_and(paid) AS all_paid, bool_or(paid) AS any_paid,
           count(*) FILTER (WHERE paid) AS n_paid, sum(qty) FILTER (WHERE paid) AS s_paid
      FROM sale GROUP BY region;
CREATE TVIEW scales AS SELECT region, count(*) AS n, sum(weight) AS s, count(weight) AS c, avg(weight) AS a FROM sale GROUP BY region;
CREATE TVIEW uncounted AS SELECT region, sum(qty) AS s, max(day) AS d, min(weight) AS w, every(paid) AS e FROM sale GROUP BY region;
CREATE TVIEW joined AS
    SELECT r.id, r.name, s.item, count(*) AS n, sum(s.qty) AS s, min(s.price) AS p
      FROM sale AS s JOIN region AS r ON r.id = s.region WHERE s.qty > 0 GROUP BY r.id, r.name, s.item;
CREATE TVIEW optional AS
    SELECT s.item, r.name, count(*) AS n, sum(s.big) AS b FROM sale AS s LEFT JOIN region AS r ON r.id = s.region GROUP BY s.item, r.name;
CREATE TVIEW ranked AS
    SELECT r.id, r.name, count(s.id) AS n, sum(s.item) AS items, sum(s.qty) AS qty, max(s.day) AS d, bool_or(s.paid) AS paid, count(*) FILTER (WHERE s.qty > 2) AS many
      FROM region AS r LEFT JOIN sale AS s ON s.region = r.id AND s.qty > 0 GROUP BY r.id, r.name;
CREATE TVIEW total WITH (refresh = deferred) AS SELECT count(*) AS n, sum(qty) AS s, max(day) AS d, avg(price) AS a, sum(price) AS sp, count(price) AS cp FROM sale;

SELECT t AS tview, e.source, e.strategy, e.key, e.reason, e.hint
  FROM unnest(ARRAY['everything', 'scales', 'uncounted', 'joined', 'optional', 'ranked', 'total']) AS t, tview_explain(t::regclass) AS e;

\i test/lib/by_text.sql
\i test/lib/write_by_text.sql
CALL write('INSERT INTO sale SELECT g, g % 5, g % 2, g % 7, g * 1.25, g / 8.0, g * 1000000000::bigint, g % 3 = 0, date ''2024-01-01'' + g, ''l'' || g % 4 FROM generate_series(1, 40) AS g');
CALL write('INSERT INTO sale VALUES (100, 1, 1, 1, 1, 1.000000000001, 1, false, NULL, NULL)');
CALL write('UPDATE sale SET weight = 2 WHERE id = 100');
CALL write('UPDATE sale SET weight = 2.00 WHERE id = 100');
CALL write('DELETE FROM sale WHERE id = 100');
CALL write('INSERT INTO sale (id, item) VALUES (101, 1)');
CALL write('UPDATE sale SET weight = 1.5, qty = 3, paid = true WHERE id = 101');
CALL write('UPDATE sale SET weight = NULL, qty = NULL, paid = NULL WHERE id = 101');
CALL write('DELETE FROM sale WHERE id = 101');
CALL write('UPDATE sale SET weight = ''NaN'' WHERE id = 3');
CALL write('INSERT INTO sale (id, region, item, weight) VALUES (102, 3, 1, ''Infinity''), (103, 3, 1, ''-Infinity'')');
CALL write('UPDATE sale SET weight = 1 WHERE weight IN (''NaN'', ''Infinity'')');
CALL write('DELETE FROM sale WHERE id IN (102, 103)');
CALL write('UPDATE sale SET price = ''NaN'' WHERE id = 7');
CALL write('UPDATE sale SET price = 0 WHERE id = 7');
CALL write('DELETE FROM sale WHERE day = (SELECT max(day) FROM sale)');
CALL write('DELETE FROM sale WHERE region = 2 AND id > 20');
CALL write('UPDATE sale SET region = 2 WHERE region = 3');
CALL write('DELETE FROM sale WHERE region = 4');
CALL write('UPDATE sale SET paid = NOT paid, qty = -qty, label = upper(label)');
CALL write('UPDATE region SET name = ''renamed'' WHERE id = 1');
CALL write('INSERT INTO sale SELECT id + 500, region, item, qty, price, weight, big, paid, day, label FROM sale');
CALL write('WITH gone AS (DELETE FROM sale WHERE id > 500 RETURNING *) INSERT INTO sale SELECT id + 500, region + 1, item, qty, price, weight, big, paid, day, label FROM gone');
CALL write('WITH gone AS (DELETE FROM region WHERE id = 2 RETURNING *) UPDATE sale SET region = 2 WHERE id < 10');
CALL write('DELETE FROM sale');
CALL write('INSERT INTO sale SELECT g, g % 3, g % 2, g % 7, g * 1.25, g / 8.0, g, g % 3 = 0, date ''2024-01-01'' + g, ''l'' || g % 4 FROM generate_series(1, 30) AS g');

-- Single rows, with and without a partner, into groups that are there and others.
CALL write('INSERT INTO sale VALUES (801, 1, 1, 3, 2.5, 0.3, 7, true, ''2031-01-01'', ''zz'')');
CALL write('INSERT INTO sale VALUES (802, 1, 1, -3, 2.5, 0.3, 7, false, ''2031-01-02'', ''zz'')');
CALL write('INSERT INTO sale VALUES (803, 77, 1, 3, 2.5, 0.3, 7, true, ''2031-01-01'', ''zz'')');
CALL write('INSERT INTO sale VALUES (804, NULL, 1, 3, 2.5, 0.3, 7, true, ''2031-01-01'', ''zz'')');
CALL write('UPDATE sale SET region = 2 WHERE id = 801');
CALL write('UPDATE sale SET region = 77 WHERE id = 801');
CALL write('UPDATE sale SET region = 1, qty = 9 WHERE id = 803');
CALL write('UPDATE sale SET item = 5 WHERE id = 803');
CALL write('UPDATE sale SET qty = 1, paid = NULL WHERE id = 802');
CALL write('DELETE FROM sale WHERE id = 801');
CALL write('DELETE FROM sale WHERE id = 802');
CALL write('DELETE FROM sale WHERE id = 803');
CALL write('DELETE FROM sale WHERE id = 804');
CALL write('INSERT INTO region VALUES (77, ''late'')');
CALL write('INSERT INTO sale VALUES (805, 77, 2, 3, 2.5, 0.3, 7, true, ''2031-01-01'', ''zz'')');
CALL write('DELETE FROM region WHERE id = 77');
CALL write('DELETE FROM sale WHERE id = 805');

-- A row that comes and goes between two flushes.
BEGIN;
INSERT INTO sale SELECT 700 + g, 9, 1, 5, 5, 5, 5, true, '2030-01-01', 'z' FROM generate_series(1, 3) AS g;
UPDATE sale SET qty = qty + 1 WHERE id > 700;
DELETE FROM sale WHERE id IN (701, 702);
COMMIT;
SELECT differences();
BEGIN;
SAVEPOINT a;
UPDATE sale SET qty = 100;
ROLLBACK TO a;
DELETE FROM sale WHERE id % 5 = 0;
COMMIT;
SELECT differences();

-- Anything, in any order.
DO $$
DECLARE
    step int;
BEGIN
    PERFORM setseed(0.42);
    FOR step IN 1 .. 200 LOOP
        CALL write(CASE floor(random() * 8)
            WHEN 0 THEN format('INSERT INTO sale SELECT %s + g, %s, g %% 2, nullif(g %% 5, 0), g, (%s + g)::numeric / 4, g, g %% 2 = 0, date ''2024-01-01'' + g, ''l'' || g FROM generate_series(1, %s) AS g',
                               1000 * step, floor(random() * 5), step, 1 + floor(random() * 4))
            WHEN 1 THEN format('DELETE FROM sale WHERE id %% %s = 0', 2 + floor(random() * 9))
            WHEN 2 THEN format('UPDATE sale SET region = nullif(%s, 0) WHERE id %% 3 = %s', floor(random() * 5), floor(random() * 3))
            WHEN 3 THEN format('UPDATE sale SET qty = nullif(qty + %s, 4), paid = nullif(paid, true), weight = round(weight, %s) WHERE id %% 4 = %s', 1 + floor(random() * 3), floor(random() * 4), floor(random() * 4))
            WHEN 4 THEN format('UPDATE sale SET weight = weight * 1.10, day = day + 1, price = price + 0.01 WHERE region = %s', floor(random() * 5))
            WHEN 6 THEN format('UPDATE sale SET region = %s, qty = 5 - qty, weight = weight + 0.5 WHERE id = (SELECT min(id) FROM sale WHERE id %% 4 = %s)', 1 + floor(random() * 5), floor(random() * 4))
            WHEN 7 THEN format('DELETE FROM sale WHERE id = (SELECT max(id) FROM sale WHERE id %% 4 = %s)', floor(random() * 4))
            ELSE format('UPDATE sale SET label = label || ''x'', item = 1 - item, big = -big WHERE id %% 5 = %s', floor(random() * 5))
        END);
    END LOOP;
END
$$;
SELECT differences(), (SELECT count(*) > 0 FROM everything) AS anything;

-- No delta by the output alone, or none at all.
SELECT source, strategy, hint FROM tview_explain_query('SELECT region, avg(qty) FROM delta_exact.sale GROUP BY region');
SELECT source, strategy, hint FROM tview_explain_query('SELECT region, sum(qty) + 1 FROM delta_exact.sale GROUP BY region');
SELECT source, strategy, hint FROM tview_explain_query('SELECT region, sum(big::float8) FROM delta_exact.sale GROUP BY region');
SELECT source, strategy, hint FROM tview_explain_query('SELECT weight, count(*) FROM delta_exact.sale GROUP BY weight');
SELECT source, strategy, hint FROM tview_explain_query('SELECT region, count(*) FROM delta_exact.sale GROUP BY region HAVING count(*) > 1');
SELECT source, strategy, hint FROM tview_explain_query('SELECT region, count(DISTINCT qty) FROM delta_exact.sale GROUP BY region');
SELECT source, strategy, hint FROM tview_explain_query('SELECT a.region, count(*) FROM delta_exact.sale a JOIN delta_exact.sale b USING (item) GROUP BY a.region');
SELECT source, strategy, hint FROM tview_explain_query('SELECT r.id, r.name, count(s.id) FROM delta_exact.region r LEFT JOIN delta_exact.sale s ON s.region = r.id GROUP BY r.id');
SELECT source, strategy, hint FROM tview_explain_query('SELECT r.id, count(*) FROM delta_exact.region r LEFT JOIN delta_exact.sale s ON s.region = r.id GROUP BY r.id');
SELECT source, strategy FROM tview_explain_query('SELECT r.id, count(s.paid IS NULL) FROM delta_exact.region r LEFT JOIN delta_exact.sale s ON s.region = r.id GROUP BY r.id');
SELECT source, strategy FROM tview_explain_query('SELECT r.id, count(s.id) FROM delta_exact.region r LEFT JOIN delta_exact.sale s ON s.region = r.id WHERE s.paid IS NULL GROUP BY r.id');
SET client_min_messages = warning;
DROP SCHEMA delta_exact CASCADE;
