-- Scenario 109: changes of a source made in a session that has not loaded the library.
CREATE SCHEMA unloaded_sources;
SET search_path = unloaded_sources, public;
\i test/lib/scenario.sql

CREATE TABLE t (id int, region int, v int) PARTITION BY LIST (region);
CREATE TABLE t_0 PARTITION OF t FOR VALUES IN (0);
CREATE TABLE t_1 PARTITION OF t FOR VALUES IN (1);
CREATE TABLE t_2 (gone int, v int, region int, id int);
ALTER TABLE t_2 DROP COLUMN gone;
CREATE TABLE parent (id int, v int);
CREATE TABLE heir (extra int, id int, v int);
INSERT INTO t SELECT i, i % 2, i FROM generate_series(1, 6) AS i;
INSERT INTO t_2 VALUES (100, 2, 50);
INSERT INTO heir VALUES (1, 2, 3);
CREATE MATERIALIZED VIEW snap AS SELECT region, sum(v) AS total FROM t GROUP BY region;
CALL tview('rows', 'SELECT id, region, v FROM t', literal => false);
CALL tview('sums', 'SELECT region, sum(v) AS s FROM t GROUP BY region', literal => false);
CALL tview('snapped', 'SELECT t.id, s.total FROM t JOIN snap AS s ON s.region = t.region', literal => false);
CALL tview('inherited', 'SELECT id, v FROM parent', literal => false);

\c -
SET search_path = unloaded_sources, public;
REFRESH MATERIALIZED VIEW snap;
CALL say('matview_refreshed', differences('committed', true));
\c -
SET search_path = unloaded_sources, public;
ALTER TABLE t ATTACH PARTITION t_2 FOR VALUES IN (2);
CALL say('attached', differences('committed', true));
\c -
SET search_path = unloaded_sources, public;
INSERT INTO t VALUES (60, 2, 6);
UPDATE t_2 SET v = 7 WHERE id = 50;
CALL say('written_after_attach', differences('committed', true));
\c -
SET search_path = unloaded_sources, public;
ALTER TABLE t DETACH PARTITION t_1;
CALL say('detached', differences('committed', true));
\c -
SET search_path = unloaded_sources, public;
UPDATE t_1 SET v = v + 100;
CALL say('written_after_detach', differences('committed', true));
\c -
SET search_path = unloaded_sources, public;
DROP TABLE t_0;
CALL say('partition_dropped', differences('committed', true));
\c -
SET search_path = unloaded_sources, public;
ALTER TABLE heir INHERIT parent;
CALL say('inherited', differences('committed', true));
\c -
SET search_path = unloaded_sources, public;
UPDATE heir SET v = 9;
CALL say('heir_written', differences('committed', true));
\c -
SET search_path = unloaded_sources, public;
ALTER TABLE heir NO INHERIT parent;
CALL say('disinherited', differences('committed', true));
\c -
SET search_path = unloaded_sources, public;
UPDATE t SET v = 0;
CALL say('plain_write', differences('committed', true));
\c -
SET search_path = unloaded_sources, public;
DROP TABLE parent;
DROP MATERIALIZED VIEW snap;
SET client_min_messages = warning;
DROP TABLE parent CASCADE;
DROP TABLE t CASCADE;
SELECT count(*) AS tviews_left FROM tview.tviews WHERE tview::text LIKE 'unloaded\_sources%' OR name::text LIKE '%now';
SELECT count(*) AS relations_left FROM pg_class WHERE relnamespace = 'unloaded_sources'::regnamespace AND relname ~ '(rows|sums|inherited)';
DROP SCHEMA unloaded_sources CASCADE;
