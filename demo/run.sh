#!/usr/bin/env bash
# Creates the demo's database on the server that PGHOST and PGPORT name, fills it and writes to it: demo/run.sh [name]
set -euo pipefail
cd "$(dirname "$0")"
database=${1:-demo}
psql -Xq -d postgres -c "DROP DATABASE IF EXISTS $database" -c "CREATE DATABASE $database" 2>/dev/null
for step in schema tviews writes verify; do
    psql -Xq -v ON_ERROR_STOP=1 -P pager=off -d "$database" -f "$step.sql"
done
