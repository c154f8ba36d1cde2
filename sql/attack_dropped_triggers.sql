-- The triggers of pg_tviews cannot get lost: a dropped one is created again as long as a TVIEW needs it, and none can
-- be renamed.
CREATE SCHEMA attack_dropped_triggers;
SET search_path = attack_dropped_triggers, public;
\i test/lib/oracle.sql
CREATE FUNCTION triggers(relation regclass) RETURNS text LANGUAGE sql AS
    $$ SELECT string_agg(tgname, ', ' ORDER BY tgname) FROM pg_trigger WHERE tgrelid = relation $$;

CREATE TABLE item (id int PRIMARY KEY, price int);
CREATE TVIEW prices AS SELECT price, count(*) AS n FROM item GROUP BY price;
DROP TRIGGER "~tview_capture_row" ON item;
INSERT INTO item VALUES (1, 10), (2, 10);
SELECT * FROM pg_temp.oracle();
BEGIN;
INSERT INTO item VALUES (3, 11);
DROP TRIGGER IF EXISTS "~tview_capture_truncate" ON attack_dropped_triggers.item;
TRUNCATE item;
COMMIT;
SELECT * FROM pg_temp.oracle();
ALTER TRIGGER "~tview_capture_row" ON item RENAME TO other;
DROP TRIGGER tview_write_guard ON prices;
DELETE FROM prices;
SELECT triggers('item'), triggers('prices');

-- Children, and partitions whose trigger is a clone.
CREATE TABLE special_item (colour text) INHERITS (item);
DROP TRIGGER "~tview_capture_row" ON special_item;
INSERT INTO special_item VALUES (4, 12, 'red');
SELECT * FROM pg_temp.oracle();
CREATE TABLE sale (id int, day int) PARTITION BY RANGE (day);
CREATE TABLE sale_1 PARTITION OF sale FOR VALUES FROM (0) TO (10);
CREATE TVIEW days AS SELECT day, count(*) AS n FROM sale GROUP BY day;
DROP TRIGGER "~tview_capture_tree" ON sale_1;
DROP TRIGGER "~tview_capture_tree" ON sale;
INSERT INTO sale VALUES (1, 1);
INSERT INTO sale_1 VALUES (2, 1);
SELECT * FROM pg_temp.oracle();

-- Other triggers, and those of tables that no TVIEW reads, may go.
CREATE TRIGGER other BEFORE UPDATE ON item FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
ALTER TRIGGER other ON item RENAME TO another;
DROP TRIGGER another ON item;
DROP TVIEW prices;
SELECT triggers('item'), triggers('special_item');
SELECT * FROM pg_temp.oracle();
SET client_min_messages = warning;
DROP SCHEMA attack_dropped_triggers CASCADE;
