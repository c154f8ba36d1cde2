-- Scenario 107: after a dump and restore TVIEWs are maintained, and DROP TABLE of a TVIEW takes its view with it.
CREATE SCHEMA scenario_restore;
SET search_path = scenario_restore, public;
\i test/lib/scenario.sql

CREATE TABLE t (id int PRIMARY KEY, g text, v int);
INSERT INTO t VALUES (1, 'a', 1), (2, 'a', 2), (3, 'b', 3);
CALL tview('copy', 'SELECT id, v FROM t WHERE v > 0');
CALL tview('sums', 'SELECT t.g, sum(c.v) AS s FROM t JOIN copy_now AS c ON c.id = t.id GROUP BY t.g');
SET client_min_messages = warning;
CREATE TVIEW by_clock WITH (schedule = '@yearly') AS SELECT id, g FROM t;
UPDATE t SET g = 'waits' WHERE id = 2;
SELECT whole, images FROM tview.backlog WHERE tview = 'by_clock'::regclass;
CALL write('before', 'UPDATE t SET v = v + 1');
SELECT current_database() AS origin \gset
\setenv PGTV_ORIGIN :origin
\! psql -X -q -d "$PGTV_ORIGIN" -c 'CREATE DATABASE scenario_restored' && pg_dump -d "$PGTV_ORIGIN" | psql -X -q -v ON_ERROR_STOP=1 -d scenario_restored >/dev/null
\c scenario_restored
SET search_path = scenario_restore, public;
CALL say('restored', differences('restored', true));
-- What waited for a refresh when the dump was taken is not lost: nothing is known of it, so everything is recomputed.
SELECT missing, extra, whole, images FROM tview_verify('by_clock'), tview.backlog WHERE tview = 'by_clock'::regclass;
SELECT rows_updated FROM tview_refresh('by_clock');
UPDATE t SET g = 'later' WHERE id = 3;
SELECT whole, images FROM tview.backlog WHERE tview = 'by_clock'::regclass;
SELECT rows_updated FROM tview_refresh('by_clock');
SELECT * FROM tview_verify('by_clock');
CALL write('written_after_restore', 'INSERT INTO t VALUES (4, $$b$$, 4)', 'UPDATE t SET g = $$c$$ WHERE id = 1');
SELECT count(*) AS views FROM tview.tviews WHERE name::text LIKE '%sums%';
DELETE FROM scenario WHERE tview::text LIKE 'sums%';
DROP TABLE sums_now, sums_later;
SELECT count(*) AS relations_left FROM pg_class WHERE relnamespace = 'scenario_restore'::regnamespace AND relname ~ 'sums';
CALL write('others_maintained', 'DELETE FROM t WHERE id = 2');
\c :origin
SET search_path = scenario_restore, public;
CALL write('origin_untouched', 'DELETE FROM t WHERE id = 3');
SET client_min_messages = warning;
DROP DATABASE scenario_restored;
DROP SCHEMA scenario_restore CASCADE;
