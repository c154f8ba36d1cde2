#!/usr/bin/env bash
# After pg_upgrade, which goes by a dump of the schema and keeps the files, TVIEWs are complete and maintained.
. "$(dirname "$0")/lib/harness.sh"

node old
sql old "
CREATE TABLE parent (id int PRIMARY KEY, name text);
CREATE TABLE child (id int, parent int, v int) PARTITION BY RANGE (id);
CREATE TABLE child_1 PARTITION OF child FOR VALUES FROM (0) TO (1000);
INSERT INTO parent SELECT n, 'p' || n FROM generate_series(1, 10) n;
INSERT INTO child SELECT n, n % 10 + 1, n FROM generate_series(1, 100) n;
CREATE TVIEW joined AS SELECT c.id, c.v, p.name FROM child c JOIN parent p ON p.id = c.parent;
CREATE TVIEW sums WITH (refresh = deferred) AS SELECT name, sum(v) AS s FROM joined GROUP BY name;
CREATE TVIEW means AS SELECT p.name, round(avg(c.v), 2) AS m FROM child c JOIN parent p ON p.id = c.parent GROUP BY p.name HAVING count(*) > 9;
CREATE MATERIALIZED VIEW often AS SELECT count(*) FROM parent;
SELECT tview_schedule('often', '1 second')" >/dev/null
wait_for old "SELECT count(*) > 0 FROM tview.runs WHERE state = 'success'"
tap_server new start && tap_know new
firing="SELECT tgrelid::regclass, tgname, tgenabled FROM pg_trigger WHERE tgname ~ 'tview' ORDER BY tgrelid::regclass::text, tgname"
before=$(sql old "$firing")
halt old
halt new
begin=$(date +%s.%N)
tap_server new upgrade "tap_${tap_test}_old" >"$tap_directory/upgrade.log" 2>&1 || cat "$tap_directory/upgrade.log"
end=$(date +%s.%N)
resume new
wait_for new "SELECT count(*) > 0 FROM tview.runs WHERE trigger = 'catch-up' AND state = 'success'"
is "$(sql new "SELECT count(*) FROM tview.runs WHERE queued_at BETWEEN to_timestamp($begin) AND to_timestamp($end)")" "0" "meanwhile nothing runs by schedule"
is "$(sql new "SELECT count(*) FROM often")" "1" "afterwards it does"
oracle new "after pg_upgrade"
is "$(sql new "SELECT count(*), (SELECT count(*) FROM tview.tview) FROM joined")" "100|4" "complete"
is "$(sql new "$firing")" "$before" "the triggers fire as before"
sql new "UPDATE child SET v = v + 1; UPDATE parent SET name = 'x' WHERE id = 3; DELETE FROM child WHERE id = 4"
oracle new "maintained"
is "$(sql new "SELECT v.missing, v.extra, (SELECT count(*) FROM tview.companion_of_means) FROM tview_verify('means') v")" "0|0|10" "and the companion"
sql new "DROP TVIEW sums; DROP TVIEW joined; DROP TVIEW means"
is "$(sql new "SELECT relname FROM pg_class WHERE relnamespace = 'tview'::regnamespace AND relname ~ '_of_'")" "" "dropped with its companion"
is "$(sql new "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'v'")" "" "dropped with their views"
finish
