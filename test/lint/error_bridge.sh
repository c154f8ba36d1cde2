#!/usr/bin/env bash
# The server's error handling is touched in src/pg only: no PG_TRY, no C++ throw elsewhere.
if grep -rnE '\bPG_(TRY|CATCH|FINALLY|END_TRY)\b|\bsigsetjmp\b|^[^/*]*\bthrow\b' src include --include='*.[ch]pp' | grep -v '^src/pg/'; then
    echo "cure: pg::finally or pg::attempt of src/pg/bridge.hpp; raise(Case{…}) for an error of ours"
    exit 1
fi
