# Tests with real servers that crash, follow each other and are talked to by several sessions. Sourced by test/tap/*.sh.
#
#   node <name>                 starts a server with the extension in database postgres (PGTV_CONF, PGTV_PRELOAD count)
#   standby <name> <primary>    starts a streaming standby of another node
#   halt <node> [immediate]     stops it and keeps its data; resume <node> starts it again; promote <node>
#   sql <node> <statements>     runs them in one session; prints rows as a|b, and SQLSTATEs of errors as "error 40001"
#   session <name> <node>       opens a session that lives on; then
#   say <session> <statements>  runs them there and prints the result like sql; post <session> … does not wait,
#   hear <session>              waits for what was posted and prints its result, or "session ended"
#   wait_for <node> <query>     until the query says t; the end of the test after tap_patience seconds
#   crash <node> <pid>          kill -9 of that process, and until the server has begun anew
#   is <got> <expected> <test>  and like <got> <regular expression> <test>: a line "ok test" or "not ok test"
#   oracle <node> <test>        every TVIEW of the node equals its query
#   finish                      last line of each test
#
# Databases other than postgres: PGDATABASE=name before the function. Everything a test started ends with it.
set -uo pipefail
tap_tree=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
tap_test=$(basename "$0" .sh)
tap_directory=$(mktemp -d)
tap_patience=${PGTV_PATIENCE:-180} # seconds, for what takes one: the machine may be slow
tap_failed=0
tap_finished=no
declare -A tap_host tap_port tap_psql

tap_server() { # tap_server <node> <command …>
    local name=$1
    shift
    PGTV_SERVER="tap_${tap_test}_$name" "$tap_tree/test/lib/server.sh" "$@"
}

tap_end() {
    local name status=$?
    for name in "${!tap_psql[@]}"; do kill "${tap_psql[$name]}" 2>/dev/null; done
    for name in "${!tap_host[@]}"; do
        if [ "$tap_failed" != 0 ] || [ "$tap_finished" = no ]; then
            echo "--- end of the log of node $name"
            tail -n 40 "$(tap_server "$name" log)"
        fi
        tap_crashed "$name"
        tap_server "$name" stop
    done
    rm -rf "$tap_directory"
    if [ "$tap_finished" = no ]; then
        echo "not ok $tap_test runs to its end (status $status)"
        exit 1
    fi
    exit "$tap_failed"
}
trap tap_end EXIT

tap_crashed() { # by itself: signal 9 is the tests', and that of a server that is stopped at once
    grep -E 'terminated by signal ([^9]|9[0-9])|PANIC|TRAP:' "$(tap_server "$1" log)" | sed 's/^/#   /' | grep . || return
    tap_failed=1
    echo "not ok $tap_test: a process of node $1 crashed"
}
trap '' PIPE # of a session that is gone

tap_know() {
    eval "$(tap_server "$1" env)"
    tap_host[$1]=$PGHOST
    tap_port[$1]=$PGPORT
}

node() {
    tap_server "$1" stop # of a test that was killed
    tap_server "$1" start || exit 1
    tap_know "$1"
    sql "$1" 'CREATE EXTENSION pg_tviews'
}

standby() {
    tap_server "$1" stop
    tap_server "$1" follow "tap_${tap_test}_$2" || exit 1
    tap_know "$1"
}

halt() { tap_server "$1" halt "${2:-fast}"; }
resume() { tap_server "$1" resume; }
promote() { tap_server "$1" promote; }

tap_client() { # tap_client <node>: a psql that prints rows as a|b and errors as SQLSTATEs
    PGOPTIONS="-c client_min_messages=error -c jit=off -c statement_timeout=300s ${PGOPTIONS:-}" stdbuf -oL psql -XqAt -v VERBOSITY=sqlstate -h "${tap_host[$1]}" \
        -p "${tap_port[$1]}" -U postgres -d "${PGDATABASE:-postgres}" 2>&1
}

tap_errors() { sed -uE 's/^(psql:[^ ]* )?(ERROR|FATAL):  ([0-9A-Z]{5}).*/error \3/'; }

sql() {
    tap_client "$1" <<<"$2" | tap_errors
}

session() {
    rm -f "$tap_directory/$1."*
    mkfifo "$tap_directory/$1.in"
    tap_client "$2" <"$tap_directory/$1.in" >"$tap_directory/$1.out" &
    tap_psql[$1]=$!
    echo 0 >"$tap_directory/$1.number" # a file, because functions run in subshells of $(…)
    eval "exec {tap_in_$1}>'$tap_directory/$1.in'"
}

post() {
    local input="tap_in_$1" number
    number=$(($(cat "$tap_directory/$1.number") + 1))
    echo "$number" >"$tap_directory/$1.number"
    printf '%s\n;\n\\echo --- end %s\n' "$2" "$number" >&"${!input}"
}

hear() {
    local out=$tap_directory/$1.out end number
    number=$(cat "$tap_directory/$1.number")
    for ((end = SECONDS + tap_patience; SECONDS < end; )); do
        if grep -qx -e "--- end $number" "$out"; then
            awk -v last="$((number - 1))" -v this="$number" '
                $0 == "--- end " this { exit }
                on || last == 0 { print }
                $0 == "--- end " last { on = 1 }' "$out" | tap_errors
            return
        fi
        if ! kill -0 "${tap_psql[$1]}" 2>/dev/null; then
            echo "session ended"
            return
        fi
        sleep 0.02
    done
    echo "no answer"
}

say() {
    post "$@"
    hear "$1"
}

tap_until() { # tap_until <what> <command …>: until the command succeeds
    local what=$1 end
    shift
    for ((end = SECONDS + tap_patience; SECONDS < end; )); do
        "$@" && return
        sleep 0.05
    done
    echo "not ok $tap_test: in vain waited for: $what"
    tap_failed=1
    finish # what follows would fail for this reason only
}

tap_says_t() { [ "$(sql "$1" "$2")" = t ]; }
wait_for() { tap_until "$2" tap_says_t "$1" "$2"; }

tap_restarts() { grep -c 'all server processes terminated; reinitializing' "$(tap_server "$1" log)"; }
tap_began_anew() { [ "$(tap_restarts "$1")" -gt "$2" ]; }

crash() {
    local before
    before=$(tap_restarts "$1")
    kill -9 "$2"
    tap_until "the server begins anew" tap_began_anew "$1" "$before"
    wait_for "$1" "SELECT true"
}

tap_report() { # tap_report <status> <test> <got> <expected>
    if [ "$1" = 0 ]; then
        echo "ok $tap_test: $2"
        return
    fi
    tap_failed=1
    echo "not ok $tap_test: $2"
    printf 'got:\n%s\nexpected:\n%s\n' "$3" "$4" | sed 's/^/#   /'
}

is() {
    [ "$1" = "$2" ]
    tap_report $? "$3" "$1" "$2"
}

like() {
    grep -qE -e "$2" <<<"$1"
    tap_report $? "$3" "$1" "$2"
}

oracle() {
    is "$(sql "$1" "SELECT 'none' WHERE NOT EXISTS (SELECT FROM tview.tview);
                    SELECT t.relid, v.missing, v.extra FROM tview.tview t, tview_verify(t.relid) v
                    WHERE t.refresh <> 'manual' AND (v.missing > 0 OR v.extra > 0) ORDER BY t.relid::text")" "" "$2"
}

finish() {
    tap_finished=yes
    exit "$tap_failed"
}
