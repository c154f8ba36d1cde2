#!/usr/bin/env bash
# Scheduled TVIEWs of a subscriber: what arrives by logical replication is stored for them and brought in on schedule.
. "$(dirname "$0")/lib/harness.sh"

PGTV_CONF="wal_level = logical" node publisher
PGTV_CONF="wal_retrieve_retry_interval = 200ms" node subscriber
tables="
CREATE TABLE parent (id int PRIMARY KEY, name text);
CREATE TABLE child (id int PRIMARY KEY, parent int, v int);
ALTER TABLE child REPLICA IDENTITY FULL;"
sql publisher "$tables
INSERT INTO parent VALUES (1, 'one'), (2, 'two');
INSERT INTO child SELECT n, n % 3 + 1, n FROM generate_series(1, 30) n;
CREATE PUBLICATION p FOR TABLES IN SCHEMA public;"
sql subscriber "$tables
CREATE TVIEW joined WITH (refresh = scheduled) AS SELECT c.id, c.v, p.name FROM child c LEFT JOIN parent p ON p.id = c.parent;
CREATE TVIEW sums WITH (refresh = scheduled) AS SELECT parent, count(*) AS n, sum(v) AS s FROM child GROUP BY parent;
CREATE SUBSCRIPTION s CONNECTION 'host=${tap_host[publisher]} port=${tap_port[publisher]} user=postgres dbname=postgres' PUBLICATION p;"
wait_for subscriber "SELECT count(*) = 2 AND bool_and(srsubstate = 'r') FROM pg_subscription_rel"
caught_up() {
    wait_for publisher "SELECT count(*) = 1 AND bool_and(replay_lsn >= '$(sql publisher "SELECT pg_current_wal_lsn()")') FROM pg_stat_replication"
}
refreshed() { # refreshed <test>
    is "$(sql subscriber "SELECT bool_and(status = 'success' AND r.mode = 'incremental') FROM tview.tviews t, tview_refresh(t.tview) r")" "t" "$1: refreshed by what is stored"
    oracle subscriber "$1"
}

caught_up
is "$(sql subscriber "SELECT bool_and(NOT whole), bool_and(images > 0) FROM tview.backlog")" "t|t" "the initial copy is stored"
refreshed "after the initial copy"
is "$(sql subscriber "SELECT count(*) FROM joined")" "30" "and is there"
sql publisher "
BEGIN;
INSERT INTO child VALUES (31, 1, 100), (32, 3, 200);
UPDATE child SET parent = 2 WHERE id = 3;
SAVEPOINT a; DELETE FROM child; ROLLBACK TO a;
DELETE FROM child WHERE id IN (4, 5);
UPDATE parent SET name = 'TWO' WHERE id = 2;
COMMIT;
INSERT INTO parent VALUES (3, 'three');
DELETE FROM parent WHERE id = 1;"
caught_up
is "$(sql subscriber "SELECT bool_and(NOT whole), bool_and(images > 0) FROM tview.backlog")" "t|t" "replicated writes are stored"
is "$(sql subscriber "SELECT count(*) FROM joined WHERE name = 'TWO'")" "0" "and change nothing before their time"
refreshed "after replicated writes"
sql subscriber "INSERT INTO child VALUES (1000, 2, 7)"
sql publisher "UPDATE child SET v = v + 1; INSERT INTO parent VALUES (4, 'four')"
halt subscriber immediate
resume subscriber
caught_up
refreshed "after a crash with changes in the queue"
sql publisher "TRUNCATE child"
caught_up
is "$(sql subscriber "SELECT bool_and(whole) FROM tview.backlog")" "t" "TRUNCATE"
refreshed "after TRUNCATE"

# On schedule, while changes arrive.
sql subscriber "SELECT tview_schedule(tview, '1 second') FROM tview.tviews" >/dev/null
for ((n = 0; n < 20; n++)); do
    sql publisher "INSERT INTO child VALUES ($n, $n % 4 + 1, $n); UPDATE child SET v = v + 1, parent = parent % 4 + 1 WHERE id % 3 = $n % 3;
                   UPDATE parent SET name = name || '.' WHERE id = $n % 4 + 1"
    sleep 0.1
done
caught_up
wait_for subscriber "SELECT bool_and(images = 0 AND NOT whole) FROM tview.backlog"
oracle subscriber "on schedule"
is "$(sql subscriber "SELECT count(*) FROM joined")" "20" "everything arrived"
is "$(sql subscriber "SELECT count(*) FROM tview.runs WHERE state IN ('error', 'crashed', 'timed_out', 'canceled')")" "0" "no run failed"
finish
