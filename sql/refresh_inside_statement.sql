-- A TVIEW that is refreshed while a statement writes to its source shows rows that are captured only afterwards: they
-- are not added to it a second time.
CREATE SCHEMA refresh_inside_statement;
SET search_path = refresh_inside_statement, public;
\i test/lib/oracle.sql
CREATE TABLE sale (id int PRIMARY KEY, shop int, amount int);
INSERT INTO sale VALUES (1, 1, 1), (2, 2, 2), (3, 2, 4);
CREATE TVIEW totals AS SELECT shop, count(*) AS n, sum(amount) AS amount FROM sale GROUP BY shop;
CREATE TVIEW late WITH (refresh = deferred) AS SELECT shop, sum(amount) AS amount FROM sale GROUP BY shop;
CREATE TVIEW total AS SELECT count(*) AS n, sum(amount) AS amount FROM sale;
CREATE TVIEW sales AS SELECT id, amount FROM sale;
CREATE TVIEW shops AS SELECT n, count(*) AS shops FROM totals GROUP BY n;
CREATE FUNCTION repair_all() RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    PERFORM tview_verify(t.tview, true) FROM tview.tviews AS t JOIN pg_class AS c ON c.oid = t.tview
    WHERE c.relnamespace = 'refresh_inside_statement'::regnamespace ORDER BY t.name;
    RETURN true;
END
$$;
INSERT INTO sale VALUES (4, 1, 5)
RETURNING tview_refresh('totals') IS NOT NULL AND tview_refresh('late') IS NOT NULL AND tview_refresh('total') IS NOT NULL AS refreshed;
SELECT * FROM totals ORDER BY shop;
SELECT * FROM pg_temp.oracle();
UPDATE sale SET amount = amount + 10, shop = 3 - shop WHERE id <= 2 RETURNING repair_all();
SELECT * FROM pg_temp.oracle();
DELETE FROM sale WHERE id = 2 RETURNING repair_all();
SELECT * FROM pg_temp.oracle();
-- From a trigger, beside rows that a savepoint takes back, and with further statements in the transaction.
CREATE FUNCTION repair_by_trigger() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM repair_all(); RETURN NEW; END $$;
CREATE TRIGGER a_repair AFTER INSERT ON sale FOR EACH ROW EXECUTE FUNCTION repair_by_trigger();
INSERT INTO sale SELECT n, n % 3, n FROM generate_series(10, 14) AS n;
SELECT * FROM pg_temp.oracle();
BEGIN;
INSERT INTO sale VALUES (20, 1, 1), (21, 9, 2);
SAVEPOINT s;
INSERT INTO sale VALUES (22, 1, 3), (23, 8, 4);
ROLLBACK TO s;
UPDATE sale SET amount = amount + 1 WHERE id = 20;
DELETE FROM sale WHERE id = 21;
COMMIT;
SELECT * FROM pg_temp.oracle();
-- From the next transaction on they are added up as ever.
DROP TRIGGER a_repair ON sale;
INSERT INTO sale VALUES (24, 1, 3);
SELECT * FROM pg_temp.oracle();
SET client_min_messages = warning;
DROP SCHEMA refresh_inside_statement CASCADE;
