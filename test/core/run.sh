#!/usr/bin/env bash
# PostgreSQL's own regression suite with our library preloaded: it must not notice. Runs the suite of a source tree
# twice, without and with the library, among two other extensions of the hook chain, and compares the two outputs file
# by file, so that what differs for another reason (a minor version, a locale) differs twice and does not count.
# Usage: test/core/run.sh <PostgreSQL source directory of the installed major version>
set -euo pipefail
tree=$(cd "$(dirname "$0")/../.." && pwd)
source=${1:?usage: test/core/run.sh <PostgreSQL source directory>}
. "$tree/test/lib/report.sh"
server=$tree/test/lib/server.sh
pg_config=${PG_CONFIG:-pg_config}
base=$("$server" base)
work=$base/core
export PGTV_SERVER=core_server PGTV_CONF='autovacuum = on
max_connections = 60
compute_query_id = regress'

as_postgres() { if [ "$(id -u)" = 0 ]; then (cd / && runuser -u postgres -- "$@"); else "$@"; fi; }

prepare() { # the suite's own module, and those of contrib that it loads from the same directory
    rm -rf "$work"
    mkdir -p "$work/lib"
    cp -r "$source/src/test/regress" "$work/regress"
    cc -shared -fPIC -w -I"$("$pg_config" --includedir-server)" -o "$work/lib/regress.so" "$work/regress/regress.c"
    cp "$("$pg_config" --pkglibdir)"/{refint,autoinc}.so "$work/lib/"
    [ "$(id -u)" != 0 ] || chown -R postgres "$work"
    chmod a+rx "$work"
}

play() { # play <name> <shared_preload_libraries>
    local program
    program=$(dirname "$("$pg_config" --pgxs)")/../test/regress/pg_regress
    "$server" stop
    PGTV_PRELOAD=$2 "$server" start
    eval "$("$server" env)"
    as_postgres env PGHOST="$PGHOST" PGPORT="$PGPORT" PGUSER=postgres sh -c "
        mkdir -p '$work/$1' && cd '$work/$1' &&
        '$program' --inputdir='$work/regress' --outputdir='$work/$1' --bindir='$("$pg_config" --bindir)' \
            --dlpath='$work/lib' --max-concurrent-tests=20 --schedule='$work/regress/parallel_schedule'
    " >"$base/core-$1.log" 2>&1 || true
    "$server" stop
}

"$server" install
prepare
play without 'pg_stat_statements,auto_explain'
play with 'pg_stat_statements,pg_tviews,auto_explain'
begin_report "$base/core-results"
for output in "$work"/without/results/*.out; do
    name=$(basename "$output" .out)
    # Paths of the run and object numbers in a few error messages differ from run to run.
    if diff <(sed "s,$work/without,,g" "$output") <(sed "s,$work/with,,g" "$work/with/results/$name.out") >"$work/$name.diff"; then
        outcome 0 "core $name"
    else
        outcome 1 "core $name" "$work/$name.diff"
    fi
done
end_report
