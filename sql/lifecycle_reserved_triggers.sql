-- Under the names of our triggers there are no others: CREATE OR REPLACE TRIGGER and RENAME included. A TVIEW stays
-- logged.
CREATE SCHEMA lifecycle_reserved_triggers;
SET search_path = lifecycle_reserved_triggers, public;
\i test/lib/oracle.sql

CREATE TABLE a (id int PRIMARY KEY, v text);
CREATE TABLE elsewhere (id int);
CREATE TVIEW t AS SELECT id, v FROM a;
CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';

CREATE OR REPLACE TRIGGER "~tview_capture_row" AFTER INSERT ON a FOR EACH ROW EXECUTE FUNCTION nothing();
CREATE OR REPLACE TRIGGER "~tview_capture_truncate" AFTER TRUNCATE ON a EXECUTE FUNCTION nothing();
CREATE OR REPLACE TRIGGER tview_write_guard BEFORE DELETE ON t EXECUTE FUNCTION nothing();
CREATE TRIGGER "~tview_capture_row" AFTER INSERT ON elsewhere FOR EACH ROW EXECUTE FUNCTION nothing();
CREATE TRIGGER other AFTER INSERT ON elsewhere FOR EACH ROW EXECUTE FUNCTION nothing();
ALTER TRIGGER other ON elsewhere RENAME TO "!tview_capture_statement";
CREATE TVIEW on_elsewhere AS SELECT id FROM elsewhere;
INSERT INTO a VALUES (1, 'one');
INSERT INTO elsewhere VALUES (1);
DELETE FROM t;
SELECT * FROM t, on_elsewhere;
SELECT * FROM pg_temp.oracle();
TRUNCATE a;
SELECT * FROM pg_temp.oracle();

ALTER TABLE t SET UNLOGGED;
ALTER TABLE t SET LOGGED;
INSERT INTO a VALUES (2, 'two');
SELECT * FROM pg_temp.oracle();

SET client_min_messages = error;
DROP SCHEMA lifecycle_reserved_triggers CASCADE;
