-- tview_refresh on materialized views: modes, transactions, functions, identity, and what passes through.
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

-- as the owner, with the session's settings, and with the right to do only that
CREATE ROLE rmv_owner NOLOGIN;
CREATE ROLE rmv_other NOLOGIN;
GRANT USAGE, CREATE ON SCHEMA refresh_materialized_view TO rmv_owner, rmv_other;
SET ROLE rmv_owner;
CREATE FUNCTION who() RETURNS text LANGUAGE sql VOLATILE AS 'SELECT current_user::text';
CREATE FUNCTION escape() RETURNS int LANGUAGE plpgsql AS $$ BEGIN SET LOCAL ROLE NONE; RETURN 1; END $$;
CREATE MATERIALIZED VIEW owned AS SELECT refresh_materialized_view.who() AS who, '2026-01-01 00:00+00'::timestamptz::text AS at WITH NO DATA;
CREATE MATERIALIZED VIEW escaping AS SELECT refresh_materialized_view.escape() WITH NO DATA;
RESET ROLE;
SET TimeZone = 'Asia/Tokyo';
SELECT mode FROM tview_refresh('owned');
TABLE owned;
RESET TimeZone;
CREATE UNIQUE INDEX ON owned (who);
SELECT mode FROM tview_refresh('owned', 'concurrent');
TABLE owned;
\set VERBOSITY sqlstate
SELECT tview_refresh('escaping');
SET ROLE rmv_other;
SELECT tview_refresh('owned');
SELECT tview_register('escaping');
SELECT tview_unregister('owned');
SELECT tview_alter('owned', mode => 'auto');
SELECT tview_schedule('owned', '@yearly');
SELECT tview_unschedule('owned');
SELECT * FROM tview.registration;
SELECT ok FROM tview_check('owned') WHERE check_name = 'privilege';
RESET ROLE;
GRANT rmv_owner TO rmv_other;
SET ROLE rmv_other;
SELECT mode FROM tview_refresh('owned');
RESET ROLE;
\set VERBOSITY default
TABLE owned;
-- errors may quote rows: only the owner sees them
UPDATE tview.registration SET last_refresh_status = 'error', last_refresh_error = 'Key (secret)=(1)' WHERE view = 'owned'::regclass;
SET ROLE rmv_other;
SELECT last_refresh_status, last_refresh_error FROM tview.registrations WHERE view = 'owned'::regclass;
RESET ROLE;
REVOKE rmv_owner FROM rmv_other;
SET ROLE rmv_other;
SELECT last_refresh_status, last_refresh_error FROM tview.registrations WHERE view = 'owned'::regclass;
RESET ROLE;
SET client_min_messages = warning;
DROP SCHEMA refresh_materialized_view CASCADE;
DROP OWNED BY rmv_owner, rmv_other;
DROP ROLE rmv_owner, rmv_other;
