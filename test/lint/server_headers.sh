#!/usr/bin/env bash
# Server headers come through one door: any other #include "…" must be a file of ours.
bad=0
while IFS=: read -r file line text; do
    name=$(sed -E 's/.*"([^"]+)".*/\1/' <<<"$text")
    if [ ! -e "src/$name" ] && [ ! -e "include/$name" ] && [ ! -e "$(dirname "$file")/$name" ]; then
        echo "$file:$line: $text"
        bad=1
    fi
done < <(grep -rnE '^\s*#\s*include\s+"' src include --include='*.[ch]pp' | grep -v '^src/pg/postgres.hpp:')
[ $bad = 0 ] || echo "cure: add the header to src/pg/postgres.hpp and include \"pg/postgres.hpp\" first"
exit $bad
