#!/usr/bin/env bash
# The tree's formatting: test/lib/format.sh --write | --check.
set -euo pipefail
cd "$(dirname "$0")/../.."
mapfile -t files < <(find src include test/unit -name '*.cpp' -o -name '*.hpp' | sort)
case ${1:-} in
--write) clang-format -i "${files[@]}" ;;
--check)
    bad=0
    for file in "${files[@]}"; do
        clang-format --dry-run -Werror "$file" 2>/dev/null && continue
        echo "$file is not formatted"
        bad=1
    done
    [ $bad = 0 ] || echo "cure: make format"
    exit $bad
    ;;
*) echo "usage: $0 --write|--check" >&2; exit 2 ;;
esac
