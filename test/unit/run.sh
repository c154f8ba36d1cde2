#!/usr/bin/env bash
# Builds every test/unit/*.cpp with the address and undefined-behaviour sanitizers and runs it: code that includes no
# server header only. A test that needs more than headers names its sources: // sources: src/plan/strategy.cpp
set -uo pipefail
cd "$(dirname "$0")/../.."
out=build/unit
mkdir -p "$out"
flags=(-std=c++20 -g -O1 -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Werror -Iinclude -Isrc -Itest/unit
    -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
failed=0
shopt -s nullglob
for test in test/unit/*.cpp; do
    stem=$(basename "$test" .cpp)
    sources=$(sed -nE 's,^// sources: (.*),\1,p' "$test")
    # shellcheck disable=SC2086
    if ! c++ "${flags[@]}" -o "$out/$stem" "$test" $sources; then
        echo "not ok $stem compiles"
        failed=1
        continue
    fi
    if ! "$out/$stem"; then
        echo "not ok $stem runs to its end"
        failed=1
    fi
done
exit $failed
