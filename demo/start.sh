#!/usr/bin/env bash
# make demo: installs what is missing, builds, starts a throw-away server, loads the demo, says how to connect.
set -euo pipefail
tree=$(cd "$(dirname "$0")/.." && pwd)
server=$tree/test/lib/server.sh
export PGTV_SERVER=demo
"$tree/test/lib/setup.sh"
echo "building …"
"$server" install
"$server" stop
"$server" start
eval "$("$server" env)"
echo "loading 85,000 rows and three TVIEWs …"
"$tree/demo/run.sh" demo
cat <<TEXT

The server is running. Connect with

    psql -h $PGHOST -p $PGPORT -U postgres demo

and try, for example,

    UPDATE posts SET votes = 1000000 WHERE post_id = 1;
    TABLE top_ten;

End it with: make demo-stop
TEXT
