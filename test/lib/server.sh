#!/usr/bin/env bash
# A throw-away PostgreSQL server on this tree's build: test/lib/server.sh <command> [args]
#
# install              builds the library and installs it for the server
# start, stop          with an empty cluster; for good
# halt [mode], resume  stops (fast, or immediate: a crash) and keeps the cluster; starts it again
# follow <server>      makes a streaming standby of that server and starts it
# promote              ends a standby's recovery
# upgrade <server>     brings that server's cluster into this one's by pg_upgrade; both halted, this one's empty
# status, env, log     is it running; variables for clients; the name of its log
# psql [args]          a session as superuser
#
# PGTV_SERVER   name of the server (default "server"); each has its own data directory and socket
# PGTV_STATE    its directory (default <base>/$PGTV_SERVER, where <base> is <tree>/build)
# PGTV_PRELOAD  shared_preload_libraries (default pg_tviews; empty for none)
# PGTV_CONF     further lines for postgresql.conf
# PGTV_WRAPPER  command that runs the server program, such as valgrind with its options
# PGTV_DESTDIR  where `install` puts the library (default <base>/root; "none": into the PostgreSQL installation)
#
# Called by root, the server runs as user postgres. Where that user cannot reach the tree (under /root, say), <base>
# is a directory of this tree's own under /var/tmp.
set -euo pipefail
tree=$(cd "$(dirname "$0")/../.." && pwd)
pg_config=${PG_CONFIG:-pg_config}
bindir=$("$pg_config" --bindir)
pkglibdir=$("$pg_config" --pkglibdir)

as_postgres() {
    if [ "$(id -u)" = 0 ]; then
        (cd / && runuser -u postgres -- "$@")
    else
        "$@"
    fi
}

base_directory() {
    if as_postgres test -r "$tree/Makefile" 2>/dev/null; then
        echo "$tree/build"
    else
        echo "/var/tmp/pg_tviews.$(id -u).$(printf %s "$tree" | cksum | cut -d' ' -f1)"
    fi
}

base=${PGTV_BASE:-$(base_directory)}
state=${PGTV_STATE:-$base/${PGTV_SERVER:-server}}
destdir=${PGTV_DESTDIR:-$base/root}
[ "$destdir" = none ] && destdir=
preload=${PGTV_PRELOAD-pg_tviews}
port=5432 # of the socket's name only: each server has a directory of its own and listens to no network

make_base() {
    mkdir -p "$base"
    if [ ! -O "$base" ]; then
        echo "$base belongs to somebody else" >&2
        exit 1
    fi
    chmod a+rx "$base"
}

# A Unix socket's path is limited to 107 bytes: deep trees get their socket under /tmp.
make_socket_directory() {
    if [ ${#state} -lt 80 ]; then
        echo "$state"
        return
    fi
    local directory
    directory=$(mktemp -d /tmp/pgtv.XXXXXX)
    chmod a+rx "$directory"
    [ "$(id -u)" = 0 ] && chown postgres "$directory"
    echo "$directory"
}

socket() { cat "$state/socket" 2>/dev/null || echo "$state"; }

configuration() {
    cat <<CONF
port = $port
unix_socket_directories = '$(socket)'
listen_addresses = ''
shared_preload_libraries = '$preload'
fsync = off
max_prepared_transactions = 10
log_line_prefix = '%m [%p] %q%a '
logging_collector = off
CONF
    if [ -n "$destdir" ]; then
        cat <<CONF
extension_destdir = '$destdir'
dynamic_library_path = '$destdir$pkglibdir:\$libdir'
CONF
    fi
    printf '%s\n' "${PGTV_CONF:-}"
}

is_running() {
    [ -f "$state/data/postmaster.pid" ] && as_postgres "$bindir/pg_ctl" -D "$state/data" status >/dev/null 2>&1
}

remove_state() {
    if [ -f "$state/socket" ] && [ "$(socket)" != "$state" ]; then rm -rf "$(socket)"; fi
    rm -rf "$state"
}

run_server() {
    as_postgres "$bindir/pg_ctl" -D "$state/data" -p "$state/postgres" -l "$state/log" -w -t 300 start >/dev/null
}

make_state() {
    if is_running; then
        echo "a server runs in $state already" >&2
        exit 1
    fi
    make_base
    remove_state
    mkdir -p "$state"
    [ "$(id -u)" = 0 ] && chown postgres "$state"
    chmod a+rx "$state"
    make_socket_directory >"$state/socket"
    printf '#!/bin/sh\nexec %s "%s/postgres" "$@"\n' "${PGTV_WRAPPER:-}" "$bindir" >"$state/postgres"
    chmod a+rx "$state/postgres"
}

start() {
    make_state
    as_postgres "$bindir/initdb" -D "$state/data" -U postgres -A trust --locale=C.UTF-8 -E UTF8 --no-sync >"$state/initdb.log"
    cp "$state/data/postgresql.conf" "$state/postgresql.conf.initdb"
    configure_and_run
}

follow() { # follow <directory of the primary>
    local primary=$1
    make_state
    as_postgres "$bindir/pg_basebackup" -h "$(cat "$primary/socket")" -p "$port" -U postgres -D "$state/data" \
        -R -X stream -c fast --no-sync
    cp "$primary/postgresql.conf.initdb" "$state/"
    configure_and_run
}

configure_and_run() {
    { cat "$state/postgresql.conf.initdb"; configuration; } >"$state/data/postgresql.conf"
    if run_server; then return; fi
    echo "start failed:" >&2
    tail -20 "$state/log" >&2
    exit 1
}

case ${1:-} in
install)
    make_base
    make -s -C "$tree" -j"${PGTV_JOBS:-2}" all PG_CONFIG="$pg_config" >/dev/null
    make -s -C "$tree" install DESTDIR="$destdir" PG_CONFIG="$pg_config" >/dev/null
    [ -z "$destdir" ] || chmod -R a+rX "$destdir"
    ;;
start)
    start
    ;;
stop)
    if is_running; then as_postgres "$bindir/pg_ctl" -D "$state/data" -m fast -w -t 300 stop >/dev/null || true; fi
    remove_state
    ;;
halt)
    as_postgres "$bindir/pg_ctl" -D "$state/data" -m "${2:-fast}" -w -t 300 stop >/dev/null
    ;;
resume)
    run_server
    ;;
follow)
    follow "$base/$2"
    ;;
promote)
    as_postgres "$bindir/pg_ctl" -D "$state/data" -w -t 300 promote >/dev/null
    ;;
upgrade)
    as_postgres sh -c "cd '$state' && '$bindir/pg_upgrade' -b '$bindir' -B '$bindir' -d '$base/$2/data' -D '$state/data' -U postgres"
    ;;
status)
    is_running
    ;;
psql)
    shift
    exec psql -X -h "$(socket)" -p "$port" -U postgres "$@"
    ;;
env)
    echo "export PGHOST=$(socket) PGPORT=$port PGUSER=postgres"
    ;;
log)
    echo "$state/log"
    ;;
base)
    echo "$base"
    ;;
*)
    echo "usage: $0 install|start|stop|halt|resume|follow|promote|upgrade|status|psql|env|log|base" >&2
    exit 2
    ;;
esac
