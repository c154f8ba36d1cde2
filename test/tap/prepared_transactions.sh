#!/usr/bin/env bash
# Scenario 53: what a prepared transaction meant for TVIEWs is kept, with its locks, across reconnects and crashes.
. "$(dirname "$0")/lib/harness.sh"

node main
sql main "
CREATE TABLE parent (id int PRIMARY KEY, name text);
CREATE TABLE child (id int PRIMARY KEY, parent int REFERENCES parent ON DELETE CASCADE, v int);
INSERT INTO parent SELECT n, 'p' || n FROM generate_series(1, 10) n;
INSERT INTO child SELECT n, n % 10 + 1, n FROM generate_series(1, 100) n;
CREATE TVIEW joined AS SELECT c.id, c.v, p.name FROM child c JOIN parent p ON p.id = c.parent;
CREATE TVIEW sums WITH (refresh = deferred) AS SELECT parent, count(*) AS n, sum(v) AS s FROM child GROUP BY parent;"

sql main "
BEGIN; INSERT INTO child VALUES (101, 1, 1000); UPDATE parent SET name = 'first' WHERE id = 1; PREPARE TRANSACTION 'kept';
BEGIN; DELETE FROM parent WHERE id = 2; SAVEPOINT s; UPDATE child SET v = 0 WHERE parent = 5; ROLLBACK TO s; PREPARE TRANSACTION 'undone';"
is "$(sql main "SELECT gid FROM pg_prepared_xacts ORDER BY gid")" $'kept\nundone' "prepared"
oracle main "prepared, not committed"
before=$(sql main "SELECT count(*), (SELECT count(*) FROM joined WHERE name = 'first') FROM joined")
is "$before" "100|0" "prepared: nothing to be seen"
locks="SELECT locktype, classid, objid, objsubid, mode FROM pg_locks WHERE locktype = 'advisory' AND NOT fastpath AND pid IS NULL ORDER BY 1, 2, 3, 4, 5"
held=$(sql main "$locks")
like "$held" "advisory" "prepared: locks are kept"

# Rivals wait for it, strangers do not.
session rival main
post rival "UPDATE child SET v = v + 1 WHERE id = 10; SELECT 'done'"
wait_for main "SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name = 'psql'"
is "$(sql main "SET lock_timeout = '60s'; UPDATE child SET v = v + 1 WHERE id = 4; SELECT 'free'")" "free" "a stranger does not wait"

halt main immediate
is "$(hear rival)" "session ended" "crash while a rival waits"
resume main
is "$(sql main "$locks")" "$held" "after a crash: the same locks"
oracle main "after a crash: still prepared"
is "$(sql main "SET lock_timeout = 200; UPDATE child SET v = v + 1 WHERE id = 10")" "error 55P03" "after a crash: rivals wait"
sql main "COMMIT PREPARED 'kept'"
is "$(sql main "SELECT count(*), (SELECT count(*) FROM joined WHERE name = 'first') FROM joined")" "101|11" "committed"
oracle main "committed after a crash"
sql main "ROLLBACK PREPARED 'undone'"
oracle main "rolled back after a crash"
sql main "UPDATE child SET v = v + 1; DELETE FROM parent WHERE id = 3"
is "$(sql main "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")" "0" "no lock is left"
oracle main "written on"

# Deferred TVIEWs are flushed by PREPARE, and its failure is the transaction's.
sql main "CREATE TVIEW parts WITH (refresh = deferred) AS SELECT id, 100 / v AS part FROM child WHERE v IS NOT NULL"
is "$(sql main "BEGIN; UPDATE child SET v = 0 WHERE id = 50; PREPARE TRANSACTION 'fails'")" "error 22012" "a flush that fails in PREPARE"
is "$(sql main "SELECT count(*) FROM pg_prepared_xacts")" "0" "is no prepared transaction"
oracle main "and leaves nothing"
finish
