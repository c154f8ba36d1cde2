#!/usr/bin/env bash
# Refreshes of materialized views that end in whatever way: the lock is free. What dump and restore, and a standby, make of
# the registry.
. "$(dirname "$0")/lib/harness.sh"

node main
sql main "
CREATE TABLE base (id int PRIMARY KEY, v int NOT NULL);
INSERT INTO base VALUES (1, 1), (2, 2);
CREATE TABLE switch (slow boolean NOT NULL);
INSERT INTO switch VALUES (false);
CREATE FUNCTION pause() RETURNS int VOLATILE LANGUAGE plpgsql AS \$\$
BEGIN IF (SELECT slow FROM public.switch) THEN PERFORM pg_sleep(600); END IF; RETURN 1; END \$\$;
CREATE MATERIALIZED VIEW slow AS SELECT public.pause();
CREATE MATERIALIZED VIEW share AS SELECT id, 100 / v AS share FROM base;
CREATE UNIQUE INDEX share_id ON share (id);
SELECT tview_register('slow'), tview_register('share', 'concurrent', '0 0 1 1 *', 'Europe/Paris');" >/dev/null
at_work="SELECT count(*) = 1 FROM tview.refreshing WHERE view = 'slow'::regclass"
victim="(SELECT pid FROM tview.refreshing WHERE view = 'slow'::regclass)"

begin_slow_refresh() {
    sql main "UPDATE switch SET slow = true" >/dev/null
    session refresher main
    post refresher "SELECT status FROM tview_refresh('slow')"
    wait_for main "$at_work"
    is "$(sql main "SELECT tview_refresh('slow')")" "error 55P03" "$1: a second refresh is refused meanwhile"
}

ends_free() {
    wait_for main "SELECT count(*) = 0 FROM tview.refreshing"
    sql main "UPDATE switch SET slow = false" >/dev/null
    is "$(sql main "SELECT status FROM tview_refresh('slow')")" "success" "$1: the lock is free"
}
failed="SELECT count(*) FROM tview.runs WHERE sqlstate = '57014'" # written down by the scheduler, later

begin_slow_refresh "cancel"
sql main "SELECT pg_cancel_backend($victim)" >/dev/null
is "$(hear refresher)" "error 57014" "cancel: the refresh fails"
wait_for main "SELECT ($failed) = 1"
ends_free "cancel"
is "$(sql main "UPDATE switch SET slow = true; SET statement_timeout = 100; SELECT tview_refresh('slow')")" "error 57014" "timeout: the refresh fails"
wait_for main "SELECT ($failed) = 2"
ends_free "timeout"
begin_slow_refresh "terminate"
sql main "SELECT pg_terminate_backend($victim)" >/dev/null
is "$(hear refresher)" "session ended" "terminate: the session ends"
wait_for main "SELECT last_refresh_sqlstate = '57P01' FROM tview.registrations WHERE view = 'slow'::regclass"
is "$(sql main "SELECT trigger, state, sqlstate, message FROM tview.runs WHERE relation = 'slow'::regclass ORDER BY run_id DESC LIMIT 1")" \
    "manual|error|57P01|the session of the refresh was terminated" "terminate: the failure is remembered"
ends_free "terminate"
begin_slow_refresh "kill -9"
crash main "$(sql main "SELECT $victim")"
is "$(hear refresher)" "session ended" "kill -9: the session ends"
ends_free "kill -9"

is "$(sql main "SELECT mode FROM tview_refresh('share')")" "concurrent" "refreshed as registered"

kept="SELECT id, view, owner, refresh_mode, last_refresh_at, last_refresh_status, last_success_at, consecutive_failures, schedule, timezone,
             enabled, next_run_at, populated, usable_index, created_at, updated_at FROM tview.registrations ORDER BY view::text"
sql main "CREATE DATABASE restored" >/dev/null
pg_dump -h "${tap_host[main]}" -p "${tap_port[main]}" -U postgres postgres |
    psql -Xq -h "${tap_host[main]}" -p "${tap_port[main]}" -U postgres -d restored >/dev/null
is "$(PGDATABASE=restored sql main "$kept")" "$(sql main "$kept")" "dump and restore keep the registry"
is "$(PGDATABASE=restored sql main "SELECT mode FROM tview_refresh('share')")" "concurrent" "which works there"

standby replica main
wait_for replica "SELECT count(*) = 2 FROM tview.registrations"
for call in "tview_refresh('share')" "tview_register('share')" "tview_alter('share', mode => 'auto')" "tview_unregister('share')" \
    "tview_schedule('share', '@yearly')" "tview_unschedule('share')"; do
    is "$(sql replica "SELECT $call")" "error 25006" "standby: ${call%%(*} is refused"
done
is "$(sql replica "SELECT schedule, enabled, next_run_at > now() FROM tview.registrations WHERE schedule IS NOT NULL")" \
    "0 0 1 1 *|t|t" "standby: registrations are readable"
like "$(sql replica "SELECT count(*) FROM tview.runs; SELECT count(*) FROM tview.schedules; SELECT count(*) FROM tview.candidates" | wc -l)" "^3$" \
    "standby: the other views too"
is "$(sql replica "SELECT sqlstate FROM tview_check('share') WHERE NOT ok")" "25006" "standby: tview_check says so"
finish
