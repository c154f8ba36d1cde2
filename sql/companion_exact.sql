-- Aggregates that the output does not tell are kept in a companion table: groups are adjusted, not recomputed, and equal the query
-- as text, so that 1.0 is not 1.00.
CREATE EXTENSION IF NOT EXISTS pg_tviews;
CREATE SCHEMA companion_exact;
SET search_path = companion_exact, public;
SET client_min_messages = warning;
\i test/lib/by_text.sql
CREATE TABLE sale (id int PRIMARY KEY, region int, item int NOT NULL, price numeric(10,2), weight numeric, qty smallint, big bigint, took interval, f float8, day date);
INSERT INTO sale SELECT i, i % 7, i % 3, i * 1.25, i * 0.1, i % 50, i * 1000000007::bigint, i * interval '1 minute', i / 3.0, date '2024-01-01' + i FROM generate_series(1, 300) AS i;
CREATE TABLE region (id int PRIMARY KEY, name text NOT NULL);
INSERT INTO region SELECT i, 'r' || i / 2 FROM generate_series(0, 6) AS i;
CREATE TVIEW averages AS SELECT region, avg(price) AS p, avg(weight) AS w, avg(qty) AS q, avg(item) AS i, avg(big) AS b, avg(took) AS t FROM sale GROUP BY region;
CREATE TVIEW computed AS SELECT region, round(avg(price), 2) AS p, sum(item) / count(*) AS d, coalesce(sum(weight), 0) + 1 AS w, 'r' || region || to_char(max(day), 'YYYY-MM-DD') AS label FROM sale GROUP BY region;
CREATE TVIEW hidden AS SELECT region, item, sum(qty) AS q FROM sale GROUP BY region, item HAVING count(*) > 14 AND avg(price) < 190;
CREATE TVIEW filtered AS SELECT region, sum(qty) FILTER (WHERE price > 100) AS q, avg(weight) FILTER (WHERE item = 1) AS w, bool_or(item = 2) FILTER (WHERE qty > 40) AS b FROM sale GROUP BY region;
CREATE TVIEW joined WITH (refresh = deferred) AS SELECT r.name, round(avg(s.price), 3) AS p FROM sale AS s JOIN region AS r ON r.id = s.region GROUP BY r.name HAVING max(s.qty) > 10;
-- None of these has one: the output suffices, or nothing would help.
CREATE TVIEW sufficient AS SELECT region, count(*) AS n, count(price) AS np, sum(price) AS s, avg(price) AS a FROM sale GROUP BY region;
CREATE TVIEW floating AS SELECT region, avg(f) AS a, avg(price) AS p FROM sale GROUP BY region;
CREATE TVIEW hidden_key AS SELECT avg(price) AS p FROM sale GROUP BY region;
CREATE TVIEW one_row AS SELECT avg(price) AS p FROM sale;
CREATE TVIEW on_request WITH (refresh = manual) AS SELECT region, avg(price) AS p FROM sale GROUP BY region;
CREATE TVIEW ranked AS SELECT region, avg(price) AS p, rank() OVER (ORDER BY count(*)) AS r FROM sale GROUP BY region;
SELECT tview, companion, view FROM tview.companion WHERE tview::text !~ '\.' ORDER BY tview::text;
DROP TVIEW on_request;
SELECT t AS tview, e.source, e.strategy, e.key, e.reason FROM unnest(ARRAY['averages', 'computed', 'hidden', 'filtered', 'joined']) AS t, tview_explain(t::regclass) AS e;
SELECT source, strategy, reason FROM tview_explain_query('SELECT region, avg(price) FROM companion_exact.sale GROUP BY region');
SELECT replace(pg_get_viewdef('tview.rows_of_hidden'), 'companion_of_hidden.', '') AS query;
SELECT obj_description('tview.companion_of_hidden'::regclass);

-- companions(): what differs in TVIEWs and companions, by value; '' where nothing does.
CREATE FUNCTION companions() RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(string_agg(format('%s: %s %s', c.tview, v.missing, v.extra), ', '), '') FROM tview.companion AS c, tview_verify(c.tview) AS v
     WHERE v.missing + v.extra > 0 $$;
CREATE PROCEDURE write(statement text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    PERFORM tview_flush();
    IF differences() || companions() <> '' THEN
        RAISE WARNING 'wrong after %: % %', statement, differences(), companions();
    END IF;
END
$$;
CREATE TEMP TABLE before AS SELECT tview, keys_recomputed + full_refreshes AS n FROM tview.stats;
CALL write('INSERT INTO sale VALUES (1001, 1, 1, 5, 5.00, 5, 5, ''5 s'', 5, ''2024-05-05'')');
CALL write('INSERT INTO sale VALUES (1002, 1, 1, 5.5, 0.001, 5, 5, ''5 s'', 5, ''2024-05-05''), (1003, 2, 2, NULL, NULL, NULL, NULL, NULL, NULL, NULL)');
CALL write('UPDATE sale SET price = price + 1, qty = NULL WHERE id = 1001');
CALL write('UPDATE sale SET region = 3 WHERE id = 1001');
CALL write('UPDATE sale SET region = NULL WHERE id = 1002');
CALL write('UPDATE sale SET weight = NULL WHERE id = 1');
CALL write('INSERT INTO sale SELECT 2000 + i, i % 8, i % 4, i, i, i, i, NULL, i, NULL FROM generate_series(1, 50) AS i');
-- A group that has been hidden comes up, and goes down again.
SELECT item FROM hidden WHERE region = 1 ORDER BY item;
CALL write('DELETE FROM sale WHERE region = 1 AND item = 1 AND id > 200');
SELECT item FROM hidden WHERE region = 1 ORDER BY item;
CALL write('INSERT INTO sale SELECT 3000 + i, 1, 1, 1, 1, 1, 1, ''1 s'', 1, ''2024-05-05'' FROM generate_series(1, 5) AS i');
CALL write('INSERT INTO sale SELECT 3100 + i, 9, 9, 1, 1, 1, 1, ''1 s'', 1, ''2024-05-05'' FROM generate_series(1, 14) AS i');
SELECT count(*) FROM hidden WHERE region = 9;
CALL write('INSERT INTO sale VALUES (3115, 9, 9, 1, 1, 1, 1, ''1 s'', 1, ''2024-05-05'')');
SELECT count(*) FROM hidden WHERE region = 9;
CALL write('UPDATE sale SET price = 4000 WHERE id = 3115');
SELECT count(*) FROM hidden WHERE region = 9;
CALL write('UPDATE sale SET region = 10 WHERE region = 9');
-- Adding to groups recomputed none, but for what left sums of numbers of any scale.
SELECT s.tview, s.keys_recomputed + s.full_refreshes - b.n AS recomputed FROM tview.stats AS s JOIN before AS b USING (tview) JOIN tview.companion AS c ON c.companion = s.tview
 WHERE s.tview <> 'tview.companion_of_computed'::regclass AND s.tview <> 'tview.companion_of_joined'::regclass ORDER BY s.tview::text;
-- Values that leave nothing to subtract.
CALL write('UPDATE sale SET weight = ''NaN'' WHERE id IN (5, 12)');
CALL write('UPDATE sale SET weight = ''Infinity'' WHERE id = 6');
CALL write('UPDATE sale SET weight = 1.00000 WHERE id IN (5, 6)');
CALL write('UPDATE sale SET weight = 2 WHERE id = 12');
CALL write('UPDATE region SET name = ''r0'' WHERE id = 4');
CALL write('DELETE FROM region WHERE id = 5');
CALL write('UPDATE sale SET day = NULL WHERE region = 2');
CALL write('DELETE FROM sale WHERE region IN (3, 4)');
CALL write('TRUNCATE sale');
SELECT count(*) FROM tview.companion_of_averages;
CALL write('INSERT INTO sale SELECT i, i % 7, i % 3, i * 1.25, i * 0.1, i % 50, i * 1000000007::bigint, i * interval ''1 minute'', i / 3.0, NULL FROM generate_series(1, 3000) AS i');
CALL write('UPDATE sale SET price = price * 2, region = region + 1 WHERE id % 3 = 0');
CALL write('DELETE FROM sale WHERE id % 2 = 0');

-- Rolled back with what it belongs to.
BEGIN;
INSERT INTO sale (id, region, item, price) VALUES (5001, 1, 1, 1);
SAVEPOINT a;
INSERT INTO sale (id, region, item, price) VALUES (5002, 1, 1, 100000);
SELECT tview_flush() > 0 AS flushed;
ROLLBACK TO a;
INSERT INTO sale (id, region, item, price) VALUES (5003, 1, 1, 2);
COMMIT;
SELECT differences(), companions();
-- Under REPEATABLE READ too.
BEGIN ISOLATION LEVEL REPEATABLE READ;
INSERT INTO sale (id, region, item, price, weight) VALUES (5004, 1, 1, 3, 0.5), (5005, 20, 1, 3, 0.5);
DELETE FROM sale WHERE id = 5003;
COMMIT;
SELECT differences(), companions();

SET client_min_messages = warning;
DROP SCHEMA companion_exact CASCADE;
SELECT count(*) FROM pg_class WHERE relnamespace = 'tview'::regnamespace AND relname ~ '(companion|rows)_of';
