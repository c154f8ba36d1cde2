#!/usr/bin/env bash
# Installs with apt what building and testing need and this machine lacks; does nothing when all is there.
# Usage: test/lib/setup.sh [extra-package …]
set -euo pipefail

missing=()
need() { # need <package> <command that succeeds when it is there>
    local package=$1
    shift
    "$@" >/dev/null 2>&1 || [[ " ${missing[*]:-} " == *" $package "* ]] || missing+=("$package")
}
has_header() { echo "#include <$1>" | c++ -std=c++20 -fsyntax-only -x c++ -; }
has_server() { test -x "$(pg_config --bindir)/initdb"; }
has_server_headers() { test -f "$(pg_config --includedir-server)/postgres.h" && test -f "$(pg_config --pgxs)"; }

# The PostgreSQL to install where there is none: 15, or the newest the distribution has.
wanted_version() {
    if apt-cache show postgresql-server-dev-15 >/dev/null 2>&1; then
        echo 15
    else
        apt-cache search --names-only '^postgresql-server-dev-[0-9]+$' | sed -E 's/.*-dev-([0-9]+) .*/\1/' | sort -n | tail -1
    fi
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        echo "need root or sudo to install: ${missing[*]}" >&2
        exit 1
    fi
}

need make command -v make
need g++ command -v c++
need g++ command -v gcc
need libboost-dev has_header boost/container/small_vector.hpp
[ -n "${PGTV_NO_FORMAT:-}" ] || need clang-format command -v clang-format
need python3 test -x /usr/bin/python3
need python3-psycopg2 /usr/bin/python3 -c 'import psycopg2'
need postgresql has_server
need postgresql has_server_headers
for package in "$@"; do need "$package" dpkg -s "$package"; done
[ ${#missing[@]} -gt 0 ] || exit 0

if ! command -v apt-get >/dev/null; then
    echo "this machine has no apt-get; install by hand: ${missing[*]}" >&2
    exit 1
fi
packages=()
as_root apt-get update -qq -o Acquire::Retries=5
for package in "${missing[@]}"; do
    if [ "$package" = postgresql ]; then
        version=$(pg_config --version 2>/dev/null | sed -nE 's/^PostgreSQL ([0-9]+).*/\1/p')
        version=${version:-$(wanted_version)}
        packages+=("postgresql-$version" "postgresql-server-dev-$version")
    else
        packages+=("$package")
    fi
done
echo "installing: ${packages[*]}"
log=$(mktemp)
if ! as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq -o Acquire::Retries=5 --no-install-recommends "${packages[@]}" >"$log" 2>&1; then
    cat "$log" >&2
    exit 1
fi
rm -f "$log"
