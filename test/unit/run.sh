#!/usr/bin/env bash
# Builds every test/unit/*.cpp with the address and undefined-behaviour sanitizers and runs it: code that includes no
# server header only. A test that needs more than headers names its sources: // sources: src/plan/strategy.cpp
set -uo pipefail
cd "$(dirname "$0")/../.."
out=build/unit
flags=(-std=c++20 -g -O1 -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Werror -Iinclude -Isrc -Itest/unit
    -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)

run_test() { # run_test <stem>
    local sources
    sources=$(sed -nE 's,^// sources: (.*),\1,p' "test/unit/$1.cpp")
    # shellcheck disable=SC2086
    if ! c++ "${flags[@]}" -o "$out/$1" "test/unit/$1.cpp" $sources; then
        echo "not ok $1 compiles"
    elif ! "$out/$1"; then
        echo "not ok $1 runs to its end"
    fi
}

if [ "${1:-}" = --one ]; then # called by itself, for several tests at a time
    run_test "$2" >"$out/$2.log" 2>&1
    exit
fi
rm -rf "$out"
mkdir -p "$out"
stems=(test/unit/*.cpp)
stems=("${stems[@]##*/}")
stems=("${stems[@]%.cpp}")
printf '%s\n' "${stems[@]}" | xargs -P "$(nproc)" -n 1 test/unit/run.sh --one
for stem in "${stems[@]}"; do cat "$out/$stem.log"; done
! grep -q '^not ok' "$out"/*.log
