#!/usr/bin/env bash
# A throw-away PostgreSQL server on this tree's build: test/lib/server.sh {install|start|stop|psql|env} [args]
# State lives in $PGTV_STATE (default <tree>/build/server). Runs the server as user postgres when called by root.
set -euo pipefail
tree=$(cd "$(dirname "$0")/../.." && pwd)
state=${PGTV_STATE:-$tree/build/server}
pg_config=${PG_CONFIG:-pg_config}
bindir=$("$pg_config" --bindir)
pkglibdir=$("$pg_config" --pkglibdir)
root=$tree/build/root
preload=${PGTV_PRELOAD-pg_tviews}

as_postgres() {
    if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

case ${1:-} in
install)
    make -s -C "$tree" install DESTDIR="$root" PG_CONFIG="$pg_config" >/dev/null
    chmod -R a+rX "$root"
    ;;
start)
    mkdir -p "$state"
    port=$(free_port)
    echo "$port" >"$state/port"
    [ "$(id -u)" = 0 ] && chown postgres "$state"
    chmod a+rx "$state"
    as_postgres "$bindir/initdb" -D "$state/data" -U postgres -A trust --locale=C.UTF-8 -E UTF8 --no-sync >"$state/initdb.log"
    cat >>"$state/data/postgresql.conf" <<CONF
port = $port
unix_socket_directories = '$state'
listen_addresses = '127.0.0.1'
extension_destdir = '$root'
dynamic_library_path = '$root$pkglibdir:\$libdir'
shared_preload_libraries = '$preload'
fsync = off
max_prepared_transactions = 10
log_line_prefix = '%m [%p] %q%a '
logging_collector = off
CONF
    as_postgres "$bindir/pg_ctl" -D "$state/data" -l "$state/log" -w start >/dev/null
    ;;
stop)
    as_postgres "$bindir/pg_ctl" -D "$state/data" -m fast -w stop >/dev/null || true
    rm -rf "$state"
    ;;
psql)
    shift
    exec psql -X -h "$state" -p "$(cat "$state/port")" -U postgres "$@"
    ;;
env)
    echo "export PGHOST=$state PGPORT=$(cat "$state/port") PGUSER=postgres"
    ;;
*)
    echo "usage: $0 install|start|stop|psql|env" >&2
    exit 2
    ;;
esac
