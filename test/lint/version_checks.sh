#!/usr/bin/env bash
# Which version of PostgreSQL this is, is asked in one file.
if grep -rnE '\bPG_VERSION_NUM\b|\bPG_MAJORVERSION' src include --include='*.[ch]pp' | grep -v '^src/pg/compat.hpp:'; then
    echo "cure: give the difference a name in src/pg/compat.hpp and call that"
    exit 1
fi
