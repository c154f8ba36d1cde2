-- tview_refresh on materialized views: modes, transactions, functions, and which errors pass through.
CREATE SCHEMA refresh_materialized_view;
SET search_path = refresh_materialized_view, public;
CREATE TABLE base (id int PRIMARY KEY, v int);
INSERT INTO base VALUES (1, 10), (2, 20);
CREATE MATERIALIZED VIEW mv AS SELECT id, 100 / v AS share FROM base;

-- never registered: it registers
SELECT relation, kind, mode, status, duration_ms > 0 AS timed, rows_inserted FROM tview_refresh('mv');
SELECT relation, kind, mode, status FROM tview_refresh('mv');
SELECT refresh_mode FROM tview.registrations WHERE view = 'mv'::regclass;
SELECT trigger, state, mode_used, attempt, pid = pg_backend_pid() AS by_us, finished_at >= started_at AS ordered
FROM tview.runs WHERE relation = 'mv'::regclass ORDER BY run_id;
CREATE UNIQUE INDEX mv_id ON mv (id);
SELECT mode FROM tview_refresh('mv', 'concurrent');
-- the registered mode is the default
SELECT (tview_alter('mv', mode => 'auto')).refresh_mode;
SELECT mode FROM tview_refresh('mv');

-- in a transaction, rolled back with it
BEGIN;
INSERT INTO base VALUES (3, 50);
SELECT mode FROM tview_refresh('mv');
SELECT last_refresh_at > now() AS seen_here FROM tview.registrations WHERE view = 'mv'::regclass;
SELECT count(*) FROM mv;
SELECT running_pid = pg_backend_pid() AS ours FROM tview.registrations WHERE view = 'mv'::regclass;
SAVEPOINT s;
SELECT mode FROM tview_refresh('mv', 'standard');
ROLLBACK TO s;
ROLLBACK;
SELECT count(*) FROM mv;
SELECT running_pid FROM tview.registrations WHERE view = 'mv'::regclass;
SELECT count(*) AS runs FROM tview.runs WHERE relation = 'mv'::regclass;
-- in functions
CREATE FUNCTION refresh_twice() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM tview_refresh('mv', 'standard');
    RETURN (SELECT status FROM tview_refresh('mv', 'concurrent'));
END
$$;
SELECT refresh_twice();
-- in a procedure that commits: each refresh is a transaction, its lock goes with it
CREATE PROCEDURE refresh_each() LANGUAGE plpgsql AS $$
DECLARE
    mode text;
BEGIN
    FOREACH mode IN ARRAY ARRAY['standard', 'concurrent', 'auto'] LOOP
        PERFORM tview_refresh('mv', mode);
        COMMIT;
        ASSERT NOT EXISTS (SELECT FROM tview.refreshing);
    END LOOP;
END
$$;
CALL refresh_each();
-- of several views, as of a list
SELECT r.relation, r.status FROM tview.registrations g, tview_refresh(g.view, 'standard') r WHERE g.schema_name = 'refresh_materialized_view';

-- PostgreSQL's own errors pass unchanged, and leave the view as it was
\set VERBOSITY sqlstate
INSERT INTO base VALUES (4, 0);
SELECT tview_refresh('mv', 'standard');
SELECT tview_refresh('mv', 'concurrent');
DELETE FROM base WHERE v = 0;
CREATE MATERIALIZED VIEW twins AS SELECT v FROM base;
CREATE UNIQUE INDEX ON twins (v);
INSERT INTO base VALUES (5, 20);
SELECT tview_refresh('twins', 'standard');
SELECT tview_refresh('twins', 'concurrent');
CREATE MATERIALIZED VIEW slow AS SELECT 1 AS one FROM pg_sleep(10) WITH NO DATA;
SET statement_timeout = '100ms';
SELECT tview_refresh('slow');
RESET statement_timeout;
\set VERBOSITY default
BEGIN;
DECLARE c CURSOR FOR SELECT * FROM mv;
FETCH c;
SELECT tview_refresh('mv');
ROLLBACK;
-- the lock is gone after an error
SELECT mode FROM tview_refresh('mv', 'standard');
SET client_min_messages = warning;
DROP SCHEMA refresh_materialized_view CASCADE;
