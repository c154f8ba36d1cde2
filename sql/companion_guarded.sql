-- What is done to a companion itself, and to what it was made from, leaves no wrong rows behind.
CREATE EXTENSION IF NOT EXISTS pg_tviews;
CREATE SCHEMA companion_guarded;
SET search_path = companion_guarded, public;
SET client_min_messages = warning;
\i test/lib/by_text.sql
\i test/lib/companions.sql
CREATE TABLE b (id int PRIMARY KEY, g int, value numeric(8,2));
INSERT INTO b SELECT i, i % 4, i FROM generate_series(1, 50) AS i;
CREATE TVIEW s AS SELECT g AS grp, avg(value) AS mean FROM b GROUP BY g HAVING count(*) > 4;
-- What is done to the companion itself.
SELECT relreplident FROM pg_class WHERE oid = 'tview.companion_of_s'::regclass;
\set VERBOSITY terse
INSERT INTO tview.companion_of_s (grp) VALUES (1);
TRUNCATE tview.companion_of_s;
ALTER TVIEW tview.companion_of_s SET (refresh = manual);
CREATE OR REPLACE TVIEW tview.companion_of_s AS SELECT 1 AS one;
CREATE OR REPLACE VIEW tview.rows_of_s AS SELECT grp, NULL::numeric AS mean FROM tview.companion_of_s WHERE false;
CREATE OR REPLACE VIEW tview.v_companion_of_s AS SELECT id AS grp, 1::bigint AS count_1, 1::numeric AS sum_1, 1::bigint AS count_2 FROM b;
ALTER TABLE tview.companion_of_s ADD COLUMN c int;
ALTER TABLE tview.companion_of_s DROP COLUMN count_1;
DROP TVIEW tview.companion_of_s;
\set VERBOSITY default
SELECT * FROM kept();
-- Wrong rows are found and mended.
SET session_replication_role = replica;
UPDATE tview.companion_of_s SET sum_1 = 0 WHERE grp = 1;
DELETE FROM tview.companion_of_s WHERE grp = 2;
RESET session_replication_role;
SELECT * FROM kept();
SELECT * FROM tview_verify('s', repair => true);
SELECT * FROM kept();
SELECT differences();
-- Without it the TVIEW is recomputed, also what had not reached it yet.
ALTER TVIEW s SET (refresh = deferred);
BEGIN;
INSERT INTO b VALUES (60, 1, 5), (61, 12, 1), (62, 12, 1), (63, 12, 1), (64, 12, 1), (65, 12, 1);
DROP TABLE tview.companion_of_s CASCADE;
COMMIT;
SELECT differences();
SELECT * FROM kept();
INSERT INTO b VALUES (66, 1, 5), (67, 13, 1);
SELECT differences();
ALTER TVIEW s SET (refresh = manual);
ALTER TVIEW s SET (refresh = immediate);
SELECT * FROM kept();
DROP VIEW tview.rows_of_s;
INSERT INTO b VALUES (68, 1, 5), (69, 13, 1);
SELECT differences();
SELECT * FROM kept();
-- Redefined behind its back: it is made anew.
CREATE OR REPLACE TVIEW s AS SELECT g AS grp, round(avg(value), 1) AS mean FROM b GROUP BY g;
CREATE OR REPLACE VIEW v_s AS SELECT g AS grp, round(avg(value) + 1, 1) AS mean FROM b WHERE g <> 2 GROUP BY g;
INSERT INTO b VALUES (70, 1, 5), (71, 14, 1);
SELECT * FROM kept();
SELECT differences();
-- Functions in the query.
CREATE FUNCTION grade(v numeric) RETURNS numeric IMMUTABLE LANGUAGE sql AS 'SELECT v * 10';
CREATE TVIEW graded AS SELECT g, grade(avg(value)) AS mean, avg(grade(value)) AS means FROM b GROUP BY g;
CREATE OR REPLACE FUNCTION grade(v numeric) RETURNS numeric IMMUTABLE LANGUAGE sql AS 'SELECT v * 100';
INSERT INTO b VALUES (72, 1, 5), (73, 14, 1);
SELECT differences();
SELECT * FROM kept();

DROP SCHEMA companion_guarded CASCADE;
SELECT count(*) FROM pg_class WHERE relnamespace = 'tview'::regnamespace AND relname ~ '(companion|rows)_of';
