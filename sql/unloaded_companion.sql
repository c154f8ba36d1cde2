-- A companion is brought up to date, altered and dropped in sessions that have not loaded the library: every \c is a new one.
CREATE SCHEMA unloaded_companion;
CREATE TABLE unloaded_companion.a (id int PRIMARY KEY, g int, v numeric(8, 2));
INSERT INTO unloaded_companion.a SELECT i, i % 3, i FROM generate_series(1, 30) AS i;
\c -
SET search_path = unloaded_companion, public;
SELECT tview_create('means', 'SELECT g, round(avg(v), 2) AS m FROM a GROUP BY g HAVING count(*) > 9');
SELECT tview_create('others', 'SELECT g, round(avg(v), 2) AS m FROM a GROUP BY g');
\c -
SET search_path = unloaded_companion, public;
INSERT INTO a VALUES (31, 1, 5), (32, 4, 1);
SELECT * FROM tview_verify('means');
\c -
SET search_path = unloaded_companion, public;
ALTER TABLE means RENAME COLUMN m TO mean;
\c -
SET search_path = unloaded_companion, public;
DELETE FROM a WHERE g = 2 AND id < 10;
SELECT * FROM tview_verify('means');
SELECT g, mean FROM means ORDER BY g;
\c -
TRUNCATE unloaded_companion.a;
SELECT count(*) FROM tview.companion_of_means;
\c -
DROP TABLE unloaded_companion.others;
SELECT tview, companion FROM tview.companion;
\c -
SET client_min_messages = warning;
DROP TABLE unloaded_companion.a CASCADE;
SELECT count(*) FROM pg_class WHERE relnamespace = 'tview'::regnamespace AND relname ~ '_of_';
SELECT count(*) FROM tview.tview;
DROP SCHEMA unloaded_companion CASCADE;
