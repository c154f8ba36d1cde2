-- ALTER TVIEW, ALTER TABLE and ALTER MATERIALIZED VIEW of a TVIEW: the backing view follows.
CREATE SCHEMA ddl_alter;
CREATE SCHEMA ddl_alter_other;
SET search_path = ddl_alter, public;
\i test/lib/oracle.sql

CREATE TABLE a (id int PRIMARY KEY, v text);
INSERT INTO a VALUES (1, 'x'), (2, 'y');
CREATE TVIEW t WITH (key = 'id') AS SELECT id, v FROM a;
CREATE VIEW shown AS
    SELECT t.name, t.backing_view, t.owner, pg_get_userbyid(c.relowner) AS view_owner, t.refresh, t.key, c2.reloptions
    FROM tview.tviews t JOIN pg_class c ON c.oid = t.backing_view JOIN pg_class c2 ON c2.oid = t.tview;

ALTER TVIEW t RENAME TO renamed;
ALTER TVIEW renamed RENAME COLUMN id TO number;
ALTER TABLE renamed RENAME v TO word;
SELECT * FROM shown;
-- Which columns a view's text qualifies differs between versions of PostgreSQL.
SELECT replace(definition, 'a.', '') AS definition FROM tview.tviews;
INSERT INTO a VALUES (3, 'z');
UPDATE a SET v = 'changed' WHERE id = 1;
SELECT * FROM renamed ORDER BY 1;
ALTER TVIEW renamed SET SCHEMA ddl_alter_other;
SELECT * FROM shown;
CREATE VIEW v_t AS SELECT 1 AS in_the_way;
ALTER TABLE ddl_alter_other.renamed SET SCHEMA ddl_alter;
SELECT * FROM shown;
ALTER MATERIALIZED VIEW renamed RENAME TO t;
ALTER MATERIALIZED VIEW t RENAME COLUMN word TO v;
COMMENT ON TVIEW t IS 'said of the tview';
COMMENT ON MATERIALIZED VIEW t IS 'said of the materialized view';
SELECT obj_description('t'::regclass);

-- options
ALTER TVIEW t SET (refresh = deferred, fillfactor = 60);
SELECT * FROM shown;
BEGIN;
DELETE FROM a WHERE id = 2;
SELECT count(*) AS as_before FROM t;
COMMIT;
SELECT * FROM pg_temp.oracle();
ALTER TVIEW t SET (refresh = manual);
INSERT INTO a VALUES (4, 'unseen');
SELECT count(*) AS as_before FROM t;
ALTER TVIEW t RESET (refresh, fillfactor);
SELECT * FROM shown;
SELECT * FROM pg_temp.oracle();
ALTER TVIEW t SET (key = 'v');
ALTER TVIEW t RESET (key);
SELECT * FROM shown;
ALTER TVIEW t SET (key = 'nope');
ALTER TVIEW t SET (colour = 'red');
ALTER TVIEW t SET (refresh = deferred, schedule = '5 seconds');
CREATE TVIEW clock WITH (refresh = manual) AS SELECT id, now() AS at FROM a;
ALTER TVIEW clock SET (refresh = immediate);
DROP TVIEW clock;

-- owner
CREATE ROLE regress_tview_owner;
ALTER TVIEW t OWNER TO regress_tview_owner;
GRANT SELECT, TRIGGER ON a TO regress_tview_owner;
GRANT USAGE ON SCHEMA ddl_alter TO regress_tview_owner;
ALTER TVIEW t OWNER TO regress_tview_owner;
SELECT name, owner = 'regress_tview_owner' AS moved, view_owner = 'regress_tview_owner' AS view_too FROM shown;
INSERT INTO a VALUES (5, 'as owner');
SELECT * FROM pg_temp.oracle();

-- refused
ALTER TABLE t ADD COLUMN extra int;
ALTER TABLE t DROP COLUMN v;
ALTER TABLE t ALTER COLUMN number TYPE bigint;
ALTER VIEW v_t1 RENAME COLUMN number TO other;
CREATE OR REPLACE VIEW v_t1 AS SELECT id AS number, v, 1 AS more FROM a;
CREATE TABLE parent (number int, v text);
ALTER TABLE t INHERIT parent;
CREATE TABLE heir () INHERITS (t);
CREATE TABLE heir (number int, v text);
ALTER TABLE heir INHERIT t;
ALTER TABLE t FORCE ROW LEVEL SECURITY;
ALTER TABLE a ENABLE ROW LEVEL SECURITY;
CREATE RULE no_rule AS ON INSERT TO t DO INSTEAD NOTHING;
ALTER TVIEW a RENAME TO b;
ALTER TVIEW nope RENAME TO b;
COMMENT ON TVIEW a IS 'not a tview';
SELECT * FROM shown;
SELECT * FROM pg_temp.oracle();
SET client_min_messages = error;
DROP SCHEMA ddl_alter, ddl_alter_other CASCADE;
DROP OWNED BY regress_tview_owner;
DROP ROLE regress_tview_owner;
