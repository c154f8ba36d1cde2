#!/usr/bin/env bash
# make valgrind: the regression suite with every backend under memcheck. Reports the errors and leaks that are ours
# (report.py tells them from the server's own) and fails when there is one. Slow: PGTV_TESTS names a subset.
set -uo pipefail
tree=$(cd "$(dirname "$0")/../.." && pwd)
cd "$tree" || exit
test/lib/setup.sh valgrind || exit
base=$(test/lib/server.sh base)
reports=$base/valgrind
rm -rf "$reports"
mkdir -p "$reports"
chmod a+rwx "$reports"
export PGTV_SERVER=under_valgrind PGTV_TIMEOUT=7200
export PGTV_WRAPPER="valgrind --quiet --trace-children=yes --leak-check=full --show-leak-kinds=definite
    --errors-for-leak-kinds=definite --num-callers=40 --fullpath-after= --error-limit=no
    --suppressions=$tree/test/valgrind/server.supp --log-file=$reports/%p.log"
PGTV_WRAPPER=$(tr -s '\n ' ' ' <<<"$PGTV_WRAPPER")
# shellcheck disable=SC2086
test/check.sh ${PGTV_VALGRIND_PARTS:-build regress crashes}
tests=$?
test/valgrind/report.py "$tree" "$reports"
ours=$?
[ $tests = 0 ] && [ $ours = 0 ]
