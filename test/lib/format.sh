#!/usr/bin/env bash
# The tree's formatting: test/lib/format.sh --write | --check.
set -eu
cd "$(dirname "$0")/../.."
mapfile -t files < <(find src include test/unit -name '*.cpp' -o -name '*.hpp' | sort)
case ${1:-} in
--write) clang-format -i "${files[@]}" ;;
--check)
    printf '%s\0' "${files[@]}" | xargs -0 -n 20 -P "$(nproc)" clang-format --dry-run -Werror 2>&1 |
        sed -nE 's/^([^:]+):[0-9]+:[0-9]+: error: .*/\1 is not formatted/p' | sort -u >&2
    if [ "${PIPESTATUS[1]}" != 0 ]; then
        echo "cure: make format"
        exit 1
    fi
    ;;
*) echo "usage: $0 --write|--check" >&2; exit 2 ;;
esac
