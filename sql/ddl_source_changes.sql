-- DDL on what a TVIEW reads: names, columns, views and functions between, triggers. Contents and catalog follow.
CREATE SCHEMA ddl_source_changes;
CREATE SCHEMA ddl_source_changes_other;
SET search_path = ddl_source_changes, public;
\i test/lib/oracle.sql

CREATE TABLE a (id int PRIMARY KEY, v text, unused int);
CREATE TABLE b (id int PRIMARY KEY, v text);
INSERT INTO a VALUES (1, 'x', 0), (2, 'y', 0);
INSERT INTO b VALUES (1, 'one'), (7, 'seven');
CREATE VIEW between_them AS SELECT id, v FROM a;
CREATE FUNCTION twice(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT $1 || $1 $$;
CREATE TVIEW direct AS SELECT id, v FROM a;
CREATE TVIEW indirect AS SELECT id, v FROM between_them;
CREATE TVIEW computed AS SELECT id, twice(v) AS v FROM a;
CREATE TVIEW documents AS SELECT id, to_jsonb(a) AS doc FROM a;
CREATE VIEW dependencies AS SELECT tview, source, path, columns FROM tview.dependencies ORDER BY tview::text, source::text;
SELECT * FROM dependencies;

-- names
ALTER TABLE a RENAME COLUMN v TO word;
SELECT * FROM dependencies;
SELECT * FROM documents ORDER BY id;
ALTER TABLE a RENAME TO a_renamed;
ALTER TABLE a_renamed SET SCHEMA ddl_source_changes_other;
INSERT INTO ddl_source_changes_other.a_renamed VALUES (3, 'z', 0);
SELECT * FROM pg_temp.oracle();
ALTER TABLE ddl_source_changes_other.a_renamed SET SCHEMA ddl_source_changes;
ALTER TABLE a_renamed RENAME TO a;

-- columns
ALTER TABLE a ADD COLUMN extra int DEFAULT 5;
SELECT * FROM documents ORDER BY id;
UPDATE a SET extra = 6 WHERE id = 1;
SELECT * FROM pg_temp.oracle();
ALTER TABLE a ALTER COLUMN unused TYPE bigint;
ALTER TABLE a ALTER COLUMN word TYPE varchar(100);
ALTER TABLE a DROP COLUMN unused;
DROP TVIEW documents;
ALTER TABLE a DROP COLUMN extra;
INSERT INTO a VALUES (4, 'w');
SELECT * FROM pg_temp.oracle();
BEGIN;
INSERT INTO a VALUES (5, 'before');
ALTER TABLE a ADD COLUMN later text;
INSERT INTO a VALUES (6, 'after', 'later');
ALTER TABLE a RENAME word TO v;
UPDATE a SET v = v || '!' WHERE id > 4;
COMMIT;
SELECT * FROM direct ORDER BY id;
SELECT * FROM pg_temp.oracle();

-- the view between
CREATE OR REPLACE VIEW between_them AS SELECT id, v FROM b;
SELECT * FROM indirect ORDER BY id;
SELECT * FROM dependencies;
INSERT INTO b VALUES (8, 'eight');
SELECT * FROM pg_temp.oracle();
CREATE OR REPLACE VIEW between_them AS SELECT id, clock_timestamp()::text AS v FROM b;
CREATE OR REPLACE VIEW between_them AS SELECT id, v FROM indirect;
CREATE OR REPLACE VIEW v_indirect AS SELECT id, v FROM a;
INSERT INTO a VALUES (10, 'ten');
SELECT * FROM pg_temp.oracle();
SELECT * FROM dependencies;

-- the function
CREATE OR REPLACE FUNCTION twice(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT $1 || '+' || $1 $$;
SELECT * FROM computed WHERE id = 1;
SELECT * FROM pg_temp.oracle();
ALTER FUNCTION twice(text) VOLATILE;
DROP FUNCTION twice(text);

-- triggers
ALTER TABLE a DISABLE TRIGGER ALL;
INSERT INTO a VALUES (11, 'unseen');
SELECT tview FROM pg_temp.oracle();
ALTER TABLE a ENABLE TRIGGER ALL;
SELECT * FROM pg_temp.oracle();
ALTER TABLE direct DISABLE TRIGGER tview_write_guard;
ALTER TABLE direct ENABLE TRIGGER tview_write_guard;

-- other DDL that changes nothing for the TVIEWs
ALTER TABLE a ADD CONSTRAINT long_enough CHECK (length(v) > 0), ALTER COLUMN v SET NOT NULL, SET (fillfactor = 70);
CREATE INDEX ON a (v);
ANALYZE a;
CLUSTER a USING a_pkey;
VACUUM FULL a;
REINDEX TABLE a;
INSERT INTO a VALUES (12, 'still maintained');
SELECT * FROM pg_temp.oracle();

-- materialized view
CREATE MATERIALIZED VIEW snapshot AS SELECT id, v FROM b;
CREATE TVIEW of_snapshot AS SELECT id, v FROM snapshot;
INSERT INTO b VALUES (30, 'thirty');
REFRESH MATERIALIZED VIEW snapshot;
SELECT * FROM pg_temp.oracle();
SET client_min_messages = error;
DROP SCHEMA ddl_source_changes, ddl_source_changes_other CASCADE;
