#!/usr/bin/env bash
# make demo-stop: ends the demo's server and removes its data.
set -euo pipefail
PGTV_SERVER=demo exec "$(dirname "$0")/../test/lib/server.sh" stop
