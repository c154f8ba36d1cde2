-- A companion comes, changes and goes with its TVIEW.
CREATE EXTENSION IF NOT EXISTS pg_tviews;
CREATE SCHEMA companion_life;
SET search_path = companion_life, public;
SET client_min_messages = warning;
CREATE ROLE companion_owner;
CREATE ROLE companion_reader;
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO companion_reader;
GRANT USAGE, CREATE ON SCHEMA companion_life TO companion_owner;
\i test/lib/by_text.sql
\i test/lib/companions.sql
CREATE TABLE a (id int PRIMARY KEY, g int, v numeric(8,2));
INSERT INTO a SELECT i, i % 4, i FROM generate_series(1, 20) AS i;

-- CREATE, with and without data.
CREATE TVIEW t AS SELECT g, avg(v) AS m FROM a GROUP BY g;
CREATE TVIEW empty AS SELECT g, avg(v) AS m FROM a GROUP BY g WITH NO DATA;
SELECT * FROM kept();
INSERT INTO a VALUES (21, 1, 100);
SELECT tview_refresh('empty') IS NOT NULL AS refreshed;
INSERT INTO a VALUES (22, 1, 100);
SELECT * FROM kept();
SELECT name, refresh FROM tview.tviews WHERE name NOT LIKE '%.%' ORDER BY name;
SELECT tview, source, path FROM tview.dependencies WHERE tview = 't'::regclass ORDER BY source::text;
SELECT has_table_privilege('companion_reader', tview, 'SELECT') AS tview, has_table_privilege('companion_reader', companion, 'SELECT') AS companion,
       has_table_privilege('companion_reader', view, 'SELECT') AS view, has_table_privilege('companion_reader', 'tview.v_companion_of_t', 'SELECT') AS query FROM tview.companion WHERE tview = 't'::regclass;
DROP TVIEW empty;

-- CREATE OR REPLACE: needed still, not any more, again.
CREATE OR REPLACE TVIEW t AS SELECT g, avg(v) AS m, max(v) + 1 AS top FROM a GROUP BY g;
SELECT * FROM kept();
INSERT INTO a VALUES (23, 1, 300);
SELECT differences();
CREATE OR REPLACE TVIEW t AS SELECT g, count(*) AS n, sum(v) AS s FROM a GROUP BY g;
SELECT * FROM kept();
INSERT INTO a VALUES (24, 1, 300);
SELECT differences();
CREATE OR REPLACE TVIEW t AS SELECT g, avg(v) AS m FROM a GROUP BY g HAVING count(*) > 4;
INSERT INTO a VALUES (25, 1, 300);
SELECT * FROM kept();
SELECT differences();

-- ALTER: names, schema, owner, options.
ALTER TVIEW t RENAME TO s;
ALTER TVIEW s RENAME COLUMN m TO mean;
ALTER TVIEW s RENAME COLUMN g TO grp;
INSERT INTO a VALUES (26, 1, 300), (27, 9, 1);
SELECT * FROM kept();
SELECT differences();
CREATE SCHEMA companion_other;
ALTER TVIEW s SET SCHEMA companion_other;
INSERT INTO a VALUES (28, 1, 300), (29, 9, 1);
SELECT * FROM kept();
ALTER TVIEW companion_other.s SET SCHEMA companion_life;
ALTER TABLE a RENAME COLUMN v TO value;
ALTER TABLE a RENAME TO b;
INSERT INTO b VALUES (30, 1, 300), (31, 9, 1), (32, 9, 1), (33, 9, 1);
SELECT grp FROM s ORDER BY 1;
GRANT SELECT, TRIGGER ON b TO companion_owner;
ALTER TVIEW s OWNER TO companion_owner;
INSERT INTO b VALUES (34, 1, 300), (35, 10, 1);
SELECT * FROM kept();
ALTER TVIEW s SET (refresh = deferred);
BEGIN;
INSERT INTO b VALUES (36, 1, 300), (37, 10, 1);
ALTER TVIEW s SET (refresh = immediate);
INSERT INTO b VALUES (38, 1, 300), (39, 10, 1);
COMMIT;
SELECT * FROM kept();
BEGIN;
ALTER TVIEW s SET (refresh = deferred);
INSERT INTO b VALUES (40, 1, 300), (41, 10, 1);
ALTER TVIEW s SET (refresh = manual);
COMMIT;
SELECT * FROM kept();
SELECT differences();
INSERT INTO b VALUES (42, 1, 300), (43, 10, 1);
ALTER TVIEW s SET (refresh = immediate);
SELECT * FROM kept();
SELECT differences();
ALTER TVIEW s SET (refresh = scheduled);
INSERT INTO b VALUES (44, 1, 300), (45, 11, 1);
SELECT * FROM kept();
SELECT tview_refresh('s') IS NOT NULL AS refreshed;
SELECT differences();
INSERT INTO b VALUES (46, 1, 300), (47, 11, 1);
ALTER TVIEW s SET (refresh = deferred);
INSERT INTO b VALUES (48, 1, 300), (49, 11, 1);
SELECT * FROM kept();
SELECT differences();
ALTER TVIEW s RESET (refresh);
-- A TVIEW that reads the TVIEW.
CREATE TVIEW above AS SELECT count(*) AS n, max(mean) AS m FROM s;
INSERT INTO b VALUES (50, 11, 1), (51, 11, 1), (52, 11, 1);
SELECT differences();

-- DROP, of the TVIEW or of what it reads.
CREATE TVIEW other AS SELECT g, avg(value) AS mean FROM b GROUP BY g;
DROP TVIEW other;
SELECT * FROM kept();
DROP TABLE b CASCADE;
SELECT * FROM tview.companion;
SELECT count(*) FROM pg_class WHERE relnamespace = 'tview'::regnamespace AND relname ~ '(companion|rows)_of';
SELECT count(*) FROM tview.tview AS t LEFT JOIN pg_class AS c ON c.oid = t.relid WHERE c.oid IS NULL;
DROP SCHEMA companion_life CASCADE;
DROP SCHEMA companion_other;
ALTER DEFAULT PRIVILEGES REVOKE SELECT ON TABLES FROM companion_reader;
DROP ROLE companion_owner, companion_reader;
