-- A materialized view is refreshed as its owner, with the session's settings; others may not, and see no errors.
CREATE SCHEMA refresh_identity;
SET search_path = refresh_identity, public;
CREATE ROLE rmv_owner NOLOGIN;
CREATE ROLE rmv_other NOLOGIN;
GRANT USAGE, CREATE ON SCHEMA refresh_identity TO rmv_owner, rmv_other;
SET ROLE rmv_owner;
CREATE FUNCTION who() RETURNS text LANGUAGE sql VOLATILE AS 'SELECT current_user::text';
CREATE FUNCTION escape() RETURNS int LANGUAGE plpgsql AS $$ BEGIN SET LOCAL ROLE NONE; RETURN 1; END $$;
CREATE MATERIALIZED VIEW owned AS SELECT refresh_identity.who() AS who, '2026-01-01 00:00+00'::timestamptz::text AS at WITH NO DATA;
CREATE MATERIALIZED VIEW escaping AS SELECT refresh_identity.escape() WITH NO DATA;
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
-- MAINTAIN, where PostgreSQL has it, suffices
DO $$
BEGIN
    IF current_setting('server_version_num')::int >= 170000 THEN
        EXECUTE 'GRANT MAINTAIN ON owned TO rmv_other';
        SET LOCAL ROLE rmv_other;
        ASSERT (SELECT status FROM tview_refresh('owned', 'concurrent')) = 'success';
        PERFORM tview_alter('owned', mode => 'auto');
        RESET ROLE;
        ASSERT (SELECT who FROM owned) = 'rmv_owner';
        EXECUTE 'REVOKE MAINTAIN ON owned FROM rmv_other';
        UPDATE tview.registration SET last_refresh_status = 'error', last_refresh_error = 'Key (secret)=(1)' WHERE view = 'owned'::regclass;
    END IF;
END
$$;
SET ROLE rmv_other;
SELECT last_refresh_status, last_refresh_error FROM tview.registrations WHERE view = 'owned'::regclass;
RESET ROLE;
SET client_min_messages = warning;
DROP SCHEMA refresh_identity CASCADE;
DROP OWNED BY rmv_owner, rmv_other;
DROP ROLE rmv_owner, rmv_other;
