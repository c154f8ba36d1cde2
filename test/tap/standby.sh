#!/usr/bin/env bash
# A standby serves TVIEWs and refuses what writes (25006); promoted, it maintains them.
. "$(dirname "$0")/lib/harness.sh"

node primary
sql primary "
CREATE TABLE parent (id int PRIMARY KEY, name text);
CREATE TABLE child (id int PRIMARY KEY, parent int, v int);
INSERT INTO parent SELECT n, 'p' || n FROM generate_series(1, 10) n;
INSERT INTO child SELECT n, n % 10 + 1, n FROM generate_series(1, 100) n;
CREATE TVIEW joined AS SELECT c.id, c.v, p.name FROM child c JOIN parent p ON p.id = c.parent;
CREATE TVIEW sums WITH (refresh = deferred) AS SELECT name, sum(v) AS s FROM joined GROUP BY name;"
standby replica primary
sql primary "UPDATE child SET v = v + 1; INSERT INTO child VALUES (101, 1, 500)"
wait_for replica "SELECT count(*) = 101 FROM joined"
is "$(sql replica "SELECT * FROM sums ORDER BY name")" "$(sql primary "SELECT * FROM sums ORDER BY name")" "the standby shows the same"
oracle replica "the standby can verify"
is "$(sql replica "SELECT name, refresh FROM tview.tviews ORDER BY name")" $'joined|immediate\nsums|deferred' "the standby lists TVIEWs"
like "$(sql replica "SELECT strategy FROM tview_explain('joined')")" "keyed" "the standby explains"
is "$(sql replica "SELECT sum(flushes), min(scope) FROM tview.stats")" "0|server" "the standby counts its own work: none"
for command in "SELECT tview_refresh('joined')" "SELECT tview_verify('joined', repair => true)" "UPDATE child SET v = 0" \
    "CREATE TVIEW t AS SELECT 1 AS one" "SELECT tview_create('t', 'SELECT 1 AS one')" "DROP TVIEW joined" "SELECT tview_drop('joined')" \
    "ALTER TVIEW joined SET (refresh = deferred)" "REFRESH MATERIALIZED VIEW joined"; do
    is "$(sql replica "$command")" "error 25006" "the standby refuses: $command"
done
is "$(sql replica "SELECT tview_flush()")" "0" "nothing to flush on a standby"

# A change that the primary has committed when it dies.
sql primary "UPDATE parent SET name = 'renamed' WHERE id = 1"
wait_for primary "SELECT bool_and(replay_lsn = pg_current_wal_lsn()) FROM pg_stat_replication"
halt primary immediate
promote replica
is "$(sql replica "SELECT count(*) FROM joined WHERE name = 'renamed'")" "11" "promoted: nothing is lost"
sql replica "UPDATE parent SET name = 'again' WHERE id = 1; DELETE FROM child WHERE id < 10; CREATE TVIEW top AS SELECT max(s) AS s FROM sums"
is "$(sql replica "SELECT count(*) FROM joined WHERE name = 'again'")" "11" "promoted: TVIEWs are maintained"
oracle replica "promoted: all are right"
is "$(sql replica "SELECT flushes > 0 FROM tview.stats WHERE tview = 'joined'::regclass")" "t" "promoted: counted"
finish
