#!/usr/bin/env bash
# make coverage: which lines of src/ the server tests run. Builds an instrumented copy of the tree, runs the parts
# PGTV_COVERAGE_PARTS of test/check.sh on it, writes build/coverage.txt (a line per file) and build/coverage-html.
set -uo pipefail
tree=$(cd "$(dirname "$0")/.." && pwd)
parts=${PGTV_COVERAGE_PARTS:-build regress isolation docs demo unloaded oracle crashes}
"$tree/test/lib/setup.sh" lcov || exit
copy=$("$tree/test/lib/server.sh" base)/coverage
"$tree/test/lib/copy_tree.sh" "$copy"
cd "$copy" || exit

export EXTRA_CXXFLAGS='--coverage -O0 -Wno-cpp' EXTRA_LINK=--coverage WERROR=
make -s -j2 all >/dev/null || exit
# Backends write their counts beside the objects when they end.
if [ "$(id -u)" = 0 ]; then chown -R postgres src; fi
chmod -R a+rwX src
# shellcheck disable=SC2086
test/check.sh $parts
tests=$?

lcov --quiet --capture --directory src --base-directory "$copy" --no-external --output-file coverage.info 2>/dev/null || exit
lcov --quiet --extract coverage.info "$copy/src/*" "$copy/include/*" --output-file coverage.info 2>/dev/null || exit
mkdir -p "$tree/build"
genhtml --quiet --output-directory "$tree/build/coverage-html" coverage.info 2>/dev/null
awk -F: -v top="$copy/" '
    $1 == "SF" { file = substr($2, length(top) + 1) }
    $1 == "LF" { lines = $2 }
    $1 == "LH" { printf "%5.1f %% of %5d lines  %s\n", lines ? 100 * $2 / lines : 100, lines, file; all += lines; hit += $2 }
    END { printf "lines of src/ covered: %.1f %% (%d of %d), aim 85 %%\n", all ? 100 * hit / all : 0, hit, all }
' coverage.info | tee "$tree/build/coverage.txt"
exit $tests
