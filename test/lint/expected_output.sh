#!/usr/bin/env bash
# Expected output can be read: under 300 lines a file.
bad=0
for file in expected/*.out test/isolation/expected/*.out; do
    [ -e "$file" ] || continue
    lines=$(wc -l <"$file")
    if [ "$lines" -ge 300 ]; then
        echo "$file: $lines lines"
        bad=1
    fi
done
[ $bad = 0 ] || echo "cure: one test per property; \\set ECHO or quieter set-up; split the file"
exit $bad
