# How the parts of test/check.sh tell what happened: a line per test, the log of those that failed, a count at the end.
# Sourced. The state is a file, because parts may run in subshells.

begin_report() { # begin_report <file>
    report_file=$1
    : >"$report_file"
}

capture() { # capture <log> <command …>: its output goes to the log, its status is returned
    local log=$1
    shift
    "$@" >"$log" 2>&1
}

outcome() { # outcome <status> <test> [log]
    if [ "$1" = 0 ]; then
        echo "ok $2" | tee -a "$report_file"
    else
        echo "not ok $2" | tee -a "$report_file"
        if [ -n "${3:-}" ] && [ -s "$3" ]; then tail -n 200 "$3" | sed 's/^/    /'; fi
    fi
}

# outcomes_of_lines <status> <part> <log>: takes a test per line of the log that reads "ok name" / "not ok name", as
# our own programs, TAP (pg_regress of PostgreSQL 16 and later) or the older pg_regress put it.
outcomes_of_lines() {
    local status=$1 part=$2 log=$3 tests
    tests=$(sed -nE \
        -e 's/^test +([^ ]+) +\.\.\. ok.*/ok \1/p;t' \
        -e 's/^test +([^ ]+) +\.\.\. FAILED.*/not ok \1/p;t' \
        -e 's/^(ok|not ok) +[0-9]+ +[-+] +([^ ]+).*/\1 \2/p;t' \
        -e 's/^(ok|not ok) +([^ ].*)$/\1 \2/p' "$log")
    if [ -n "$tests" ]; then
        sed -E "s,^(ok|not ok) ,\1 $part ," <<<"$tests" | tee -a "$report_file"
    fi
    if grep -q '^not ok' <<<"$tests"; then
        [ "$part" != unit ] || grep -vE '^(ok|not ok) ' "$log" | tail -n 100 | sed 's/^/    /'
    elif [ "$status" != 0 ]; then
        outcome 1 "$part runs to its end" "$log"
    fi
    if [ "$status" = 0 ] && [ -z "$tests" ]; then outcome 1 "$part runs any test" "$log"; fi
}

end_report() { # prints the failed tests once more and the closing line; exits accordingly
    local passed failed
    passed=$(grep -c '^ok ' "$report_file" || true)
    failed=$(grep -c '^not ok ' "$report_file" || true)
    grep '^not ok ' "$report_file" || true
    echo "$passed passed, $failed failed"
    [ "$failed" = 0 ]
    exit
}
