#!/usr/bin/env bash
# A subscriber's own TVIEWs over replicated tables stay right (scenario 56); a published TVIEW arrives as a plain table,
# and where the subscriber has a TVIEW of that name, its rows are left out.
. "$(dirname "$0")/lib/harness.sh"

PGTV_CONF="wal_level = logical" node publisher
PGTV_CONF="wal_retrieve_retry_interval = 200ms" node subscriber
tables="
CREATE TABLE parent (id int PRIMARY KEY, name text);
CREATE TABLE child (id int PRIMARY KEY, parent int, v int);
CREATE TABLE item (id int, day int, v int, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE item_1 PARTITION OF item FOR VALUES FROM (0) TO (10);
CREATE TABLE item_2 PARTITION OF item FOR VALUES FROM (10) TO (20);
ALTER TABLE child REPLICA IDENTITY FULL;"
joined="CREATE TVIEW joined AS SELECT c.id, c.v, p.name FROM child c LEFT JOIN parent p ON p.id = c.parent;"
sql publisher "$tables $joined
CREATE TVIEW sums WITH (refresh = deferred) AS SELECT name, count(*) AS n, sum(v) AS s FROM joined GROUP BY name;
CREATE TVIEW loose AS SELECT v FROM child;
INSERT INTO parent VALUES (1, 'one'), (2, 'two');
INSERT INTO child SELECT n, n % 3 + 1, n FROM generate_series(1, 30) n;
INSERT INTO item SELECT n, n % 20, n FROM generate_series(1, 40) n;
CREATE PUBLICATION p FOR TABLES IN SCHEMA public;"
sql subscriber "$tables $joined
CREATE TABLE sums (name text, n bigint, s bigint);
CREATE TABLE loose (v int);
ALTER TABLE sums REPLICA IDENTITY FULL;
CREATE TVIEW by_name AS SELECT p.id, p.name, (SELECT sum(v) FROM child c WHERE c.parent = p.id) AS s FROM parent p;
CREATE TVIEW later WITH (refresh = deferred) AS SELECT name, max(v) AS v FROM joined GROUP BY name;
CREATE TVIEW days AS SELECT day, sum(v) AS v FROM item GROUP BY day;
CREATE TVIEW counted AS SELECT count(*) AS n FROM child;
CREATE TVIEW means AS SELECT parent, round(avg(v), 2) AS m FROM child GROUP BY parent HAVING count(*) > 1;
CREATE SUBSCRIPTION s CONNECTION 'host=${tap_host[publisher]} port=${tap_port[publisher]} user=postgres dbname=postgres' PUBLICATION p;"
wait_for subscriber "SELECT count(*) >= 7 AND bool_and(srsubstate = 'r') FROM pg_subscription_rel"
is "$(sql subscriber "SELECT (SELECT count(*) FROM joined), (SELECT count(*) FROM item), (SELECT n FROM counted)")" "30|40|30" "initial copy"
oracle subscriber "after the initial copy"

caught_up() {
    wait_for publisher "SELECT count(*) = 1 AND bool_and(replay_lsn >= '$(sql publisher "SELECT pg_current_wal_lsn()")') FROM pg_stat_replication"
}
same() { # same <relation> <test>
    is "$(sql subscriber "TABLE $1" | sort)" "$(sql publisher "TABLE $1" | sort)" "$2"
}

sql publisher "
BEGIN;
INSERT INTO child VALUES (31, 1, 100), (32, 3, 200);
UPDATE child SET parent = 2 WHERE id = 3;
DELETE FROM child WHERE id IN (4, 5);
UPDATE parent SET name = 'TWO' WHERE id = 2;
COMMIT;
INSERT INTO parent VALUES (3, 'three');
UPDATE item SET day = day + 10 WHERE day < 5;
DELETE FROM parent WHERE id = 1;"
caught_up
oracle subscriber "after replicated writes"
same joined "a TVIEW on both sides is the same"
same sums "a published TVIEW is a plain table elsewhere"
same loose "a published TVIEW without a key, too"
is "$(sql subscriber "SELECT flushes > 0, last_error FROM tview.stats WHERE tview = 'joined'::regclass")" "t|" "the worker's flushes are counted"

sql publisher "BEGIN; INSERT INTO child VALUES (90, 1, 1); SAVEPOINT a; DELETE FROM child; ROLLBACK TO a; TRUNCATE item; COMMIT"
caught_up
oracle subscriber "after a savepoint and a TRUNCATE"
same loose "the plain table after them"

# A local writer at the same time.
sql subscriber "INSERT INTO child VALUES (1000, 2, 7); UPDATE parent SET name = 'local' WHERE id = 3"
sql publisher "UPDATE child SET v = v + 1; INSERT INTO parent VALUES (4, 'four')"
caught_up
oracle subscriber "after local writes"
sql subscriber "DELETE FROM child WHERE id = 1000; UPDATE parent SET name = 'three' WHERE id = 3"

# A worker that dies in the middle starts again.
sql subscriber "SELECT pg_terminate_backend(pid) FROM pg_stat_subscription WHERE pid IS NOT NULL" >/dev/null
sql publisher "UPDATE child SET v = v - 1 WHERE id < 10"
caught_up
oracle subscriber "after the worker was terminated"
halt subscriber immediate
sql publisher "UPDATE child SET parent = 4 WHERE id > 20"
resume subscriber
caught_up
oracle subscriber "after the subscriber crashed"
same joined "nothing was lost or applied twice"

# A published table that is a TVIEW at the subscriber: its rows are left out, TRUNCATE cannot be.
sql publisher "CREATE TABLE twin (id int PRIMARY KEY); ALTER TABLE twin REPLICA IDENTITY FULL"
sql subscriber "CREATE TVIEW twin AS SELECT id FROM parent; ALTER SUBSCRIPTION s REFRESH PUBLICATION"
wait_for subscriber "SELECT count(*) >= 8 AND bool_and(srsubstate = 'r') FROM pg_subscription_rel"
sql publisher "INSERT INTO twin VALUES (77); UPDATE twin SET id = 78; DELETE FROM twin"
caught_up
oracle subscriber "rows written to a TVIEW are left out"
sql publisher "TRUNCATE twin"
wait_for subscriber "SELECT apply_error_count > 0 FROM pg_stat_subscription_stats"
sql subscriber "DROP TVIEW twin; CREATE TABLE twin (id int PRIMARY KEY)"
caught_up
oracle subscriber "TRUNCATE of a TVIEW's name stops the subscription until it is no TVIEW"

# Off: TVIEWs come from the publisher as they are.
sql subscriber "ALTER SYSTEM SET pg_tviews.maintain_on_replica = off; SELECT pg_reload_conf()" >/dev/null
sql subscriber "SELECT pg_terminate_backend(pid) FROM pg_stat_subscription WHERE pid IS NOT NULL" >/dev/null
sql publisher "INSERT INTO child VALUES (101, 3, 5); UPDATE child SET v = 6 WHERE id = 31"
caught_up
same joined "maintain_on_replica = off: the TVIEW's rows are replicated"
is "$(sql subscriber "SELECT missing > 0 FROM tview_verify('by_name')")" "t" "off: a TVIEW that is not replicated is stale"
like "$(cat "$(tap_server subscriber log)")" 'WARNING:  changes of "child" do not reach the tviews' "off: the log says so"
oracle publisher "the publisher"
finish
