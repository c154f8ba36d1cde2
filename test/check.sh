#!/usr/bin/env bash
# Everything CI runs: test/check.sh [part …]. Each part runs even if an earlier one failed; the last line counts the
# tests of all parts, and the exit status tells whether any failed. Logs: build/logs/.
#
# PGTV_TESTS names the regression tests to run (default all), PGTV_TAP those with servers of their own, PGTV_SEEDS and
# PGTV_STATEMENTS the random ones, PGTV_ORDERS how many orders of each race, PGTV_STRESS_SECONDS how long clients write.
set -uo pipefail
tree=$(cd "$(dirname "$0")/.." && pwd)
cd "$tree"
. test/lib/report.sh

all_parts="build format lint unit regress isolation races docs demo unloaded tap stress oracle crashes"
parts=${*:-$all_parts}
logs=$tree/build/logs
export PGTV_SERVER=${PGTV_SERVER:-check}
server=$tree/test/lib/server.sh
pg_config=${PG_CONFIG:-pg_config}

wanted() { [[ " $parts " == *" $1 "* ]]; }
needs_server() { wanted lint || wanted regress || wanted isolation || wanted races || wanted docs || wanted demo || wanted oracle; }
needs_library() { needs_server || wanted unloaded || wanted tap; }

part_build() {
    capture "$logs/build.log" "$server" install
    outcome $? "build" "$logs/build.log"
}

part_format() {
    capture "$logs/format.log" test/lib/format.sh --check
    outcome $? "format" "$logs/format.log"
}

part_lint() {
    local rule
    for rule in test/lint/*; do
        [ -x "$rule" ] || continue
        capture "$logs/lint.log" "$rule"
        outcome $? "lint $(basename "$rule" | sed 's/\..*//')" "$logs/lint.log"
    done
}

part_unit() {
    capture "$logs/unit.log" test/unit/run.sh
    outcomes_of_lines $? unit "$logs/unit.log"
}

pg_regress() { # pg_regress <part> <regress|isolation> <input directory> <test …>
    local part=$1 kind=$2 input=$3 program test
    shift 3
    for test in "$@"; do # pg_regress gives up at the first test without expected output
        if [ ! -e "$input/expected/$test.out" ]; then
            outcome 1 "$part $test (no $input/expected/$test.out)"
            set -- $(printf '%s\n' "$@" | grep -vx "$test")
        fi
    done
    [ $# -gt 0 ] || return 0
    program=$(dirname "$("$pg_config" --pgxs)")/../test/$kind/pg_$([ "$kind" = isolation ] && echo isolation_)regress
    rm -rf "$logs/$part"
    mkdir -p "$logs/$part"
    capture "$logs/$part.log" timeout "${PGTV_TIMEOUT:-1200}" "$program" --inputdir="$input" --outputdir="$logs/$part" \
        --bindir="$("$pg_config" --bindir)" --load-extension=pg_tviews --dbname="check_$part" "$@"
    outcomes_of_lines $? "$part" "$logs/$part.log"
    if [ -s "$logs/$part/regression.diffs" ]; then head -400 "$logs/$part/regression.diffs"; fi
}

stems() { # stems <suffix> <file …>: the names of those files that exist
    local suffix=$1 file
    shift
    for file in "$@"; do [ -e "$file" ] && basename "$file" "$suffix"; done
}

part_regress() {
    local tests
    tests=${PGTV_TESTS:-$(stems .sql sql/*.sql | grep -v -e '^pg_tviews--' -e '^unloaded_')}
    [ -z "$tests" ] || pg_regress regress regress . $tests
}

part_isolation() {
    local specs
    specs=$(stems .spec test/isolation/specs/*.spec)
    [ -z "$specs" ] || pg_regress isolation isolation test/isolation $specs
}

part_races() {
    capture "$logs/races.log" timeout 1200 test/concurrency/run --orders "${PGTV_ORDERS:-6}"
    outcomes_of_lines $? races "$logs/races.log"
    grep -A 30 '^not ok' "$logs/races.log" | head -200 | sed -n 's/^    /    /p'
}

part_docs() {
    local file
    for file in README.md docs/*.md; do
        [ -e "$file" ] || continue
        capture "$logs/docs.log" timeout 900 test/docs/run.py "$file"
        outcome $? "docs $file" "$logs/docs.log"
    done
}

part_demo() {
    capture "$logs/demo.log" timeout 900 demo/run.sh check_demo
    outcome $? "demo" "$logs/demo.log"
}

# The library is not preloaded here: what must work for everybody does.
part_unloaded() {
    local tests
    tests=$(stems .sql sql/unloaded_*.sql)
    [ -n "$tests" ] || return 0
    (
        export PGTV_SERVER=unloaded PGTV_PRELOAD=
        "$server" start || exit 1
        eval "$("$server" env)"
        pg_regress unloaded regress . $tests
        no_crash "unloaded: no server process crashed" "$("$server" log)"
        "$server" stop
    ) || outcome 1 "unloaded: server"
}

# Servers of their own, which crash, follow each other and are promoted: test/tap/.
part_tap() {
    local test
    for test in ${PGTV_TAP:-$(stems .sh test/tap/*.sh)}; do
        capture "$logs/tap_$test.log" timeout 900 "test/tap/$test.sh"
        outcomes_of_lines $? tap "$logs/tap_$test.log"
        if grep -q '^not ok' "$logs/tap_$test.log"; then grep -vE '^ok ' "$logs/tap_$test.log" | tail -n 100 | sed 's/^/    /'; fi
    done
}

part_stress() {
    capture "$logs/stress.log" timeout 900 test/stress/run --clients 8 --seconds "${PGTV_STRESS_SECONDS:-5}"
    outcomes_of_lines $? stress "$logs/stress.log"
    grep -v '^ok' "$logs/stress.log"
    capture "$logs/stress_kill.log" timeout 900 test/stress/run --kill --clients 8 --seconds "${PGTV_STRESS_SECONDS:-5}" --levels 'read committed'
    outcomes_of_lines $? stress "$logs/stress_kill.log"
    grep -v '^ok' "$logs/stress_kill.log"
}

part_oracle() {
    [ -x test/oracle/run ] || return 0
    local seed
    for seed in ${PGTV_SEEDS:-1 2 3 4}; do
        capture "$logs/oracle.log" timeout 900 test/oracle/run --statements "${PGTV_STATEMENTS:-500}" --seed "$seed"
        outcome $? "oracle seed $seed" "$logs/oracle.log"
    done
    capture "$logs/oracle.log" timeout 900 test/oracle/locks --rounds "${PGTV_LOCK_ROUNDS:-4}" --seed 1
    outcome $? "oracle locks" "$logs/oracle.log"
}

part_crashes() {
    needs_server || return 0
    no_crash "no server process crashed" "$("$server" log)"
}

no_crash() { # no_crash <test> <log of a server>
    grep -E 'terminated by signal|PANIC|TRAP:' "$2" >"$logs/crashes.log" 2>&1
    [ $? -eq 1 ] # nothing found; 2: cannot be read
    outcome $? "$1" "$logs/crashes.log"
}

mkdir -p "$logs"
begin_report "$logs/results"
if ! test/lib/setup.sh; then
    outcome 1 "setup"
    end_report
    exit
fi

if wanted build; then
    part_build
elif needs_library; then
    "$server" install
fi
if needs_server; then
    "$server" stop
    if "$server" start; then
        eval "$("$server" env)"
        trap '"$server" stop' EXIT
    else
        outcome 1 "server starts" "$("$server" log)"
        parts="$(tr ' ' '\n' <<<"$parts" | grep -x -e build -e format -e lint -e unit)" # the others would all say the same
        parts=${parts//$'\n'/ }
    fi
fi
for part in $all_parts; do
    if [ "$part" != build ] && wanted "$part"; then
        SECONDS=0
        "part_$part"
        [ "$SECONDS" -lt 5 ] || echo "# $part took $SECONDS s"
    fi
done
end_report
