-- A source that becomes what a TVIEW may not read is refused at that moment: unlogged, with a foreign or unlogged child,
-- with a column that cannot be rendered.
CREATE SCHEMA sources_reconsidered;
SET search_path = sources_reconsidered, public;
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on

CREATE TABLE plain (id int PRIMARY KEY, v int);
CREATE TABLE parent (id int, v int);
CREATE TABLE parted (id int, v int) PARTITION BY RANGE (id);
CREATE UNLOGGED TABLE loose (id int, v int);
CREATE FOREIGN DATA WRAPPER near_wrapper;
CREATE SERVER near FOREIGN DATA WRAPPER near_wrapper;
CREATE TVIEW of_plain AS SELECT id, v FROM plain;
CREATE TVIEW of_parent AS SELECT id, v FROM parent;
CREATE TVIEW of_only AS SELECT id, v FROM ONLY parent;
CREATE TVIEW of_parted AS SELECT id, v FROM parted;
CREATE TVIEW of_rows AS SELECT to_jsonb(plain) AS doc FROM plain;
INSERT INTO plain VALUES (1, 10);

ALTER TABLE plain SET UNLOGGED;
ALTER TABLE plain ADD COLUMN r regclass;
ALTER TABLE loose INHERIT parent;
CREATE UNLOGGED TABLE loose_part PARTITION OF parted FOR VALUES FROM (0) TO (10);
ALTER TABLE parted ATTACH PARTITION loose FOR VALUES FROM (0) TO (10);
CREATE FOREIGN TABLE far_part PARTITION OF parted FOR VALUES FROM (0) TO (10) SERVER near;
CREATE FOREIGN TABLE far_child () INHERITS (parent) SERVER near;

-- on request a foreign table may be read, and the contents are those of the last refresh
DROP TVIEW of_parted;
CREATE TVIEW of_parted WITH (refresh = manual) AS SELECT id, v FROM parted;
CREATE FOREIGN TABLE far_part PARTITION OF parted FOR VALUES FROM (0) TO (10) SERVER near;
ALTER TVIEW of_parted SET (refresh = immediate);

-- what is allowed still works
ALTER TABLE plain ADD COLUMN note text DEFAULT 'x';
CREATE TABLE child () INHERITS (parent);
INSERT INTO child VALUES (1, 2);
SELECT doc FROM of_rows;
SELECT * FROM of_parent;
SELECT name, (tview_verify(tview)).* FROM tview.tviews
WHERE name IN ('of_plain', 'of_parent', 'of_only', 'of_rows') ORDER BY name COLLATE "C";

-- the owner's rights count, not those of who replaces the query
CREATE ROLE regress_sources_owner;
GRANT USAGE, CREATE ON SCHEMA sources_reconsidered TO regress_sources_owner;
GRANT SELECT, TRIGGER ON plain TO regress_sources_owner;
SET ROLE regress_sources_owner;
CREATE TVIEW owned AS SELECT id, v FROM plain;
RESET ROLE;
ALTER TABLE plain ENABLE ROW LEVEL SECURITY;
CREATE OR REPLACE TVIEW owned AS SELECT id, v FROM plain WHERE id > 0;
ALTER TABLE plain DISABLE ROW LEVEL SECURITY;
CREATE OR REPLACE TVIEW owned AS SELECT id, v FROM parent;

DROP SCHEMA sources_reconsidered CASCADE;
DROP FOREIGN DATA WRAPPER near_wrapper CASCADE;
DROP ROLE regress_sources_owner;
