-- TVIEWs on TVIEWs: in topological order, each once per flush, limited in depth; errors name the TVIEW.
CREATE SCHEMA flush_cascade;
SET search_path = flush_cascade, public;
\i test/lib/oracle.sql
CREATE TABLE t (id int PRIMARY KEY, k int, v int);
INSERT INTO t SELECT n, n % 3, n FROM generate_series(1, 9) AS n;
CREATE TVIEW base AS SELECT id, k, v FROM t WHERE v > 0;
CREATE TVIEW left_arm AS SELECT k, sum(v) AS s FROM base GROUP BY k;
CREATE TVIEW right_arm AS SELECT k, max(v) AS m FROM base GROUP BY k;
CREATE TVIEW top AS SELECT l.k, l.s, r.m FROM left_arm AS l JOIN right_arm AS r ON r.k = l.k;
CREATE TVIEW mixed AS SELECT t.id, top.s FROM t JOIN top ON top.k = t.k;
CREATE TABLE writes (id int);
CREATE FUNCTION count_write() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO flush_cascade.writes VALUES (1);
    RETURN NULL;
END
$$;
CREATE TRIGGER counted AFTER UPDATE ON top FOR EACH ROW EXECUTE FUNCTION count_write();
UPDATE t SET v = 100 WHERE id = 1;
SELECT count(*) AS times_written FROM writes;
SELECT * FROM pg_temp.oracle();
INSERT INTO t VALUES (10, 5, 5), (11, 5, -5);
DELETE FROM t WHERE k = 0;
UPDATE t SET k = k + 1, v = -v;
SELECT * FROM pg_temp.oracle();
TRUNCATE t;
SELECT * FROM pg_temp.oracle();
INSERT INTO t SELECT n, n % 3, n FROM generate_series(1, 9) AS n;
SELECT * FROM pg_temp.oracle();
-- An immediate TVIEW on a deferred one follows when that is flushed.
CREATE TVIEW later WITH (refresh = 'deferred') AS SELECT k, count(*) AS n FROM t GROUP BY k;
CREATE TVIEW on_later AS SELECT n, count(*) AS groups FROM later GROUP BY n;
BEGIN;
DELETE FROM t WHERE id = 3;
SELECT * FROM on_later ORDER BY n;
SELECT tview_flush() > 0 AS written;
SELECT * FROM on_later ORDER BY n;
COMMIT;
SELECT * FROM pg_temp.oracle();

-- An error in maintenance is the writer's error; the statement has no effect.
CREATE TVIEW quotient AS SELECT id, 100 / (v - 50) AS q FROM base;
UPDATE t SET v = 50 WHERE id = 4;
\set SHOW_CONTEXT errors
SELECT v FROM t WHERE id = 4;
UPDATE t SET v = 51 WHERE id = 4;
SELECT * FROM pg_temp.oracle();

SET pg_tviews.max_cascade_depth = 2;
UPDATE t SET v = 52 WHERE id = 4;
RESET pg_tviews.max_cascade_depth;
UPDATE t SET v = 53 WHERE id = 4;
SELECT * FROM pg_temp.oracle();
SET client_min_messages = error;
DROP SCHEMA flush_cascade CASCADE;
