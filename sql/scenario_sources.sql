-- Scenarios 73, 74, 82 and 105: views above TVIEWs, materialized views and foreign tables below, other extensions' hooks,
-- column types, publications.
CREATE SCHEMA scenario_sources;
SET search_path = scenario_sources, public;
\i test/lib/scenario.sql

CREATE TABLE t (id int PRIMARY KEY, g int, v int);
INSERT INTO t SELECT i, i % 3, i FROM generate_series(1, 9) AS i;

-- 73
CALL tview('base', 'SELECT id, g, v FROM t WHERE v > 2');
CREATE VIEW over_base_now AS SELECT id, g * 10 AS g10 FROM base_now;
CREATE VIEW over_base_later AS SELECT id, g * 10 AS g10 FROM base_later;
CREATE VIEW over_over_now AS SELECT g10, count(*) AS n FROM over_base_now GROUP BY g10;
CREATE VIEW over_over_later AS SELECT g10, count(*) AS n FROM over_base_later GROUP BY g10;
CALL tview('top', 'SELECT o.g10, o.n, b.id FROM over_over_now AS o JOIN base_now AS b ON b.g * 10 = o.g10');
CALL write('below_views_inserted', 'INSERT INTO t VALUES (20, 1, 20), (21, 7, 1)');
CALL write('below_views_filter_crossed', 'UPDATE t SET v = v - 5');
CALL write('below_views_moved', 'UPDATE t SET g = g + 1 WHERE id % 2 = 0', 'DELETE FROM t WHERE id = 9');
CALL write('below_views_truncated', 'TRUNCATE t', 'INSERT INTO t SELECT i, i % 3, i FROM generate_series(1, 6) AS i');

CREATE MATERIALIZED VIEW snap AS SELECT g, sum(v) AS total FROM t GROUP BY g;
CALL tview('over_matview', 'SELECT t.id, s.total FROM t LEFT JOIN snap AS s ON s.g = t.g');
CALL write('matview_stays_behind', 'UPDATE t SET v = 100 WHERE id = 1');
CALL write('matview_refreshed', 'REFRESH MATERIALIZED VIEW snap');
CALL write('matview_refreshed_in_transaction', 'UPDATE t SET v = v + 1', 'REFRESH MATERIALIZED VIEW snap', 'UPDATE t SET g = 0 WHERE id = 2');

CREATE FOREIGN DATA WRAPPER scenario_nothing;
CREATE SERVER scenario_far FOREIGN DATA WRAPPER scenario_nothing;
CREATE FOREIGN TABLE far (id int) SERVER scenario_far;
CALL refused('foreign_table_immediate', '0A000', 'CREATE TVIEW x AS SELECT id FROM far');
CALL refused('foreign_table_deferred', '0A000', 'CREATE TVIEW x WITH (refresh = deferred) AS SELECT t.id FROM t JOIN far ON far.id = t.id');

-- 74: extensions that hook the executor and the utility commands beside us.
LOAD 'auto_explain';
SET auto_explain.log_min_duration = 0;
SET auto_explain.log_nested_statements = on;
SET auto_explain.log_analyze = on;
CALL write('beside_auto_explain', 'INSERT INTO t VALUES (30, 1, 30)', 'UPDATE t SET g = 2 WHERE id = 30');
CALL refused('error_beside_auto_explain', '23505', 'INSERT INTO t VALUES (30, 1, 30)');
RESET auto_explain.log_min_duration;

-- 82
CALL refused('type_of_used_column', '0A000', 'ALTER TABLE t ALTER COLUMN v TYPE bigint');
ALTER TABLE t ADD COLUMN unused int DEFAULT 1;
ALTER TABLE t ALTER COLUMN unused TYPE text USING unused::text || 'x';
CALL write('after_type_of_unused_column', 'UPDATE t SET v = v + 1, unused = NULL', 'INSERT INTO t VALUES (31, 5, 5, $$q$$)');

-- 105: a keyless TVIEW must not stop the sources' writers under a publication of all tables.
CALL tview('keyless', 'SELECT g FROM t');
SET client_min_messages = error;
CREATE PUBLICATION scenario_all FOR ALL TABLES;
RESET client_min_messages;
CALL write('published_updated', 'UPDATE t SET g = g + 1 WHERE id < 4', 'DELETE FROM t WHERE id = 5');
CALL tview('keyless_after', 'SELECT v FROM t');
CALL write('published_deleted', 'DELETE FROM t WHERE id = 6', 'UPDATE t SET v = 0');
DROP PUBLICATION scenario_all;

SET client_min_messages = warning;
DROP SCHEMA scenario_sources CASCADE;
DROP FOREIGN DATA WRAPPER scenario_nothing CASCADE;
