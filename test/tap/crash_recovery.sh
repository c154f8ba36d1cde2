#!/usr/bin/env bash
# Whatever ends a session or the server in the middle of a flush, TVIEWs equal their queries afterwards.
. "$(dirname "$0")/lib/harness.sh"

node main
sql main "
CREATE TABLE parent (id int PRIMARY KEY, name text);
CREATE TABLE child (id int PRIMARY KEY, parent int REFERENCES parent, v int);
CREATE INDEX ON child (parent);
INSERT INTO parent SELECT n, 'p' || n FROM generate_series(1, 100) n;
INSERT INTO child SELECT n, n % 100 + 1, n FROM generate_series(1, 1000) n;
CREATE TVIEW joined AS SELECT c.id, c.v, p.name FROM child c JOIN parent p ON p.id = c.parent;
CREATE TVIEW sums WITH (refresh = deferred) AS SELECT parent, count(*) AS n, sum(v) AS s FROM child GROUP BY parent;
CREATE TVIEW top AS SELECT parent, s FROM sums WHERE s > 1000;" >/dev/null
oracle main "after creation"

# Flushes take a while here: a function of the query sleeps once for the row which a test chooses.
sql main "
CREATE FUNCTION slow(v int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS \$\$
BEGIN IF v = -1 THEN PERFORM pg_sleep(600); END IF; RETURN v; END \$\$;
CREATE TVIEW lazy AS SELECT id, slow(v) AS v FROM child;" >/dev/null
in_flush="SELECT count(*) = 1 FROM pg_stat_activity WHERE application_name = 'psql' AND wait_event = 'PgSleep'"
victim="(SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep')"
state="SELECT count(*), sum(v) FROM child"
before=$(sql main "$state")

session writer main
say writer "BEGIN; UPDATE child SET v = v + 1 WHERE id < 50; SAVEPOINT s;" >/dev/null
post writer "UPDATE child SET v = -1 WHERE id = 1;"
wait_for main "$in_flush"
sql main "SELECT pg_cancel_backend($victim)" >/dev/null
is "$(hear writer)" "error 57014" "cancel: the statement fails"
is "$(say writer "ROLLBACK TO s; UPDATE child SET v = v + 1 WHERE id = 2; COMMIT; SELECT v FROM joined WHERE id = 2")" "4" \
    "cancel: the transaction goes on from its savepoint"
oracle main "after cancel"
like "$(sql main "SELECT errors, last_error FROM tview.stats WHERE tview = 'lazy'::regclass")" '^1\|57014: ' "cancel: counted"

is "$(say writer "SET statement_timeout = 100; UPDATE child SET v = -1 WHERE id = 1")" "error 57014" "timeout: the statement fails"
say writer "SET statement_timeout = 0" >/dev/null
oracle main "after timeout"
before=$(sql main "$state")

post writer "BEGIN; UPDATE child SET v = v + 1; UPDATE child SET v = -1 WHERE id = 1;"
wait_for main "$in_flush"
sql main "SELECT pg_terminate_backend($victim)" >/dev/null
is "$(hear writer)" "session ended" "terminate: the session ends"
oracle main "after terminate"

session writer main
post writer "UPDATE child SET v = v + 1; UPDATE child SET v = -1 WHERE id = 1;"
wait_for main "$in_flush"
crash main "$(sql main "SELECT $victim")"
is "$(hear writer)" "session ended" "kill -9: all sessions end"
oracle main "after kill -9 in a flush"
is "$(sql main "SELECT sum(flushes), bool_and(scope = 'server') FROM tview.stats")" "0|t" "kill -9: counters begin anew"
before=$(sql main "$state")

session writer main
post writer "BEGIN; UPDATE child SET v = v + 1; UPDATE child SET v = -1 WHERE id = 1;"
wait_for main "$in_flush"
halt main immediate
resume main
is "$(sql main "$state")" "$before" "immediate stop: what was not committed is gone"
oracle main "after an immediate stop in a flush"

# A change that was committed is there, with what it means for TVIEWs, although nothing of it may be on disk.
sql main "INSERT INTO child VALUES (2001, 1, 5000); UPDATE parent SET name = 'renamed' WHERE id = 1"
halt main immediate
resume main
is "$(sql main "SELECT count(*), min(name) FROM joined WHERE id = 2001")" "1|renamed" "crash after commit: maintained"
oracle main "crash after commit"
finish
