#!/usr/bin/env bash
# The tree's formatting: test/lib/format.sh --write | --check.
set -euo pipefail
cd "$(dirname "$0")/../.."
mapfile -t files < <(find src include test/unit -name '*.cpp' -o -name '*.hpp' | sort)
case ${1:-} in
--write) clang-format -i "${files[@]}" ;;
--check) clang-format --dry-run -Werror "${files[@]}" || { echo "cure: make format"; exit 1; } ;;
*) echo "usage: $0 --write|--check" >&2; exit 2 ;;
esac
