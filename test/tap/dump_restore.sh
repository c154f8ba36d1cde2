#!/usr/bin/env bash
# Dumps of every kind restore to TVIEWs that are right and maintained (scenario 107).
. "$(dirname "$0")/lib/harness.sh"

node main
sql main "
CREATE TABLE parent (id int PRIMARY KEY, name text);
CREATE TABLE child (id int PRIMARY KEY, parent int REFERENCES parent, v int);
INSERT INTO parent SELECT n, 'p' || n FROM generate_series(1, 10) n;
INSERT INTO child SELECT n, n % 10 + 1, n FROM generate_series(1, 100) n;
CREATE TVIEW joined AS SELECT c.id, c.v, p.name FROM child c JOIN parent p ON p.id = c.parent;
CREATE TVIEW loose AS SELECT v / 2 AS v FROM child;
CREATE TVIEW sums WITH (refresh = deferred) AS SELECT name, sum(v) AS s FROM joined GROUP BY name;
CREATE TVIEW means AS SELECT p.id, p.name, round(avg(c.v), 2) AS m FROM child c JOIN parent p ON p.id = c.parent GROUP BY p.id HAVING count(*) > 9;"
export PGHOST=${tap_host[main]} PGPORT=${tap_port[main]} PGUSER=postgres PGOPTIONS="-c client_min_messages=error"
cd "$tap_directory" || exit 1
pg_dump -Fc -f whole postgres
pg_dump -Fd -j 2 -f parallel postgres
pg_dump --schema-only -f schema.sql postgres
pg_dump --data-only -f data.sql postgres
pg_dump --data-only --disable-triggers --exclude-table-data='tview.*' -f rows.sql postgres
run() { psql -Xq -v ON_ERROR_STOP=1 -d "$1" -f "$2" 2>&1 >/dev/null; }

right() { # right <database> <test>: complete, and maintained from here on
    is "$(PGDATABASE=$1 sql main "SELECT count(*), (SELECT count(*) FROM tview.tview) FROM joined")" "100|5" "$2: complete"
    companion "$1" "$2"
    PGDATABASE=$1 oracle main "$2"
    PGDATABASE=$1 sql main "UPDATE child SET v = v + 1; UPDATE parent SET name = 'x' WHERE id = 3; SET session_replication_role = replica;
                            DELETE FROM child WHERE id = 7"
    PGDATABASE=$1 oracle main "$2: maintained"
    companion "$1" "$2: maintained"
}

companion() { # companion <database> <test>: there, right, and what "means" is maintained by
    is "$(PGDATABASE=$1 sql main "SELECT (SELECT count(*) FROM tview.companion_of_means), v.missing, v.extra,
                                         (SELECT string_agg(DISTINCT strategy, ' ' ORDER BY strategy) FROM tview_explain('means'))
                                    FROM tview_verify('means') v")" "10|0|0|delta keyed" "$2: companion"
}

createdb whole && pg_restore -d whole whole
right whole "pg_restore"
createdb parallel && pg_restore -j 2 -d parallel parallel
right parallel "pg_restore -j"
createdb sections && for section in pre-data data post-data; do pg_restore -d sections --section=$section whole; done
right sections "section by section"
createdb in_two && run in_two schema.sql && run in_two data.sql
right in_two "schema, then data"
createdb again && pg_restore -d again whole
PGDATABASE=again sql main "TRUNCATE parent, child; INSERT INTO parent VALUES (99, 'other')"
PGDATABASE=again sql main "DELETE FROM parent"
is "$(run again rows.sql | grep ERROR)" "" "data only, over TVIEWs that are there"
right again "data only"
createdb refused && pg_restore -d refused whole
PGDATABASE=refused sql main "TRUNCATE parent, child"
like "$(psql -Xq -v VERBOSITY=sqlstate -d refused -f data.sql 2>&1)" 'ERROR:  55000' "data only, triggers enabled: rows of TVIEWs are refused"
right refused "data only, triggers enabled"
createdb cleaned && pg_restore -d cleaned whole
PGDATABASE=cleaned sql main "DROP TVIEW sums, joined, loose, means"
pg_restore --clean --if-exists -d cleaned whole
right cleaned "--clean, after the TVIEWs were dropped"
pg_dump -Fc --exclude-table-data='tview.companion_of_*' -f lacking postgres
createdb lacking && pg_restore -d lacking lacking
PGDATABASE=lacking sql main "UPDATE child SET v = v + 1; UPDATE parent SET name = 'x' WHERE id = 3; DELETE FROM child WHERE id = 7"
is "$(PGDATABASE=lacking sql main "SELECT v.missing, v.extra, (SELECT count(*) FROM tview.companion) FROM tview_verify('means') v")" "0|0|0" \
    "without the rows of a companion groups are recomputed"
PGDATABASE=lacking oracle main "without the rows of a companion"
createdb one && psql -Xqd one -c 'CREATE EXTENSION pg_tviews' && pg_restore -d one -t joined whole
is "$(PGDATABASE=one sql main "INSERT INTO joined VALUES (0); SELECT count(*), (SELECT count(*) FROM tview.tview) FROM joined")" "101|0" \
    "a TVIEW restored alone is a plain table"
oracle main "the origin"
finish
