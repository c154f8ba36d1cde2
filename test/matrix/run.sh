#!/usr/bin/env bash
# Builds and tests on the PostgreSQL of other Debian suites, each in a chroot outside the tree: make check-matrix.
#
# PGTV_MATRIX        suites (default "trixie sid": PostgreSQL 17 and 18)
# PGTV_MATRIX_DIR    where the chroots live (default /var/tmp/pgtv-matrix); kept for the next run, delete at will
# PGTV_MATRIX_PARTS  parts of test/check.sh run there (stress and, where asked for, races in a short form)
#
# Mounts live in a mount namespace of their own: nothing stays mounted when a run ends, however it ends.
set -uo pipefail
tree=$(cd "$(dirname "$0")/../.." && pwd)
. "$tree/test/lib/report.sh"
suites=${PGTV_MATRIX:-trixie sid}
home=${PGTV_MATRIX_DIR:-/var/tmp/pgtv-matrix}
parts=${PGTV_MATRIX_PARTS:-build regress isolation unloaded tap stress crashes}
mirror=${PGTV_MIRROR:-http://deb.debian.org/debian}
logs=$tree/build/logs

if [ "$(id -u)" != 0 ]; then
    exec sudo --preserve-env=PGTV_MATRIX,PGTV_MATRIX_DIR,PGTV_MATRIX_PARTS,PGTV_MIRROR "$0" "$@"
fi

bootstrap() { # bootstrap <suite> <chroot>: the suite's minimal system and what the tests need
    [ -e "$2/.ready" ] && return
    rm -rf "$2"
    mkdir -p "$2"
    # A snapshot of sid may be past its Valid-Until date.
    debootstrap --variant=minbase "$1" "$2" "$mirror" || return
    echo 'Acquire::Check-Valid-Until "false";' >"$2/etc/apt/apt.conf.d/90-matrix"
    mkdir -p "$2/etc/postgresql-common"
    echo 'create_main_cluster = false' >"$2/etc/postgresql-common/createcluster.conf"
    printf '#!/bin/sh\nexit 101\n' >"$2/usr/sbin/policy-rc.d"
    chmod +x "$2/usr/sbin/policy-rc.d"
    printf '127.0.0.1 localhost\n' >"$2/etc/hosts"
    "$tree/test/lib/copy_tree.sh" "$2/work"
    inside "$2" 'apt-get update -qq && cd /work && PGTV_NO_FORMAT=1 test/lib/setup.sh' || return
    touch "$2/.ready"
}

inside() { # inside <chroot> <command>
    unshare --mount --pid --fork --kill-child sh -c '
        mount --make-rprivate / &&
        mount -t proc proc "$1/proc" &&
        mount --bind /dev "$1/dev" && mount -t tmpfs tmpfs "$1/dev/shm" &&
        cp /etc/resolv.conf "$1/etc/resolv.conf" &&
        exec chroot "$1" /usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
            HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive PGTV_NO_FORMAT=1 PGTV_DESTDIR=none \
            PGTV_ORDERS=2 PGTV_STRESS_SECONDS=2 sh -c "$2"
    ' sh "$1" "$2"
}

test_suite() { # test_suite <suite>
    local suite=$1 chroot=$home/$1 version
    if ! capture "$logs/matrix-$suite.log" bootstrap "$suite" "$chroot"; then
        outcome 1 "$suite: bootstrap" "$logs/matrix-$suite.log"
        return
    fi
    version=$(inside "$chroot" 'pg_config --version' | sed -E 's/^PostgreSQL ([0-9]+).*/PostgreSQL \1/')
    "$tree/test/lib/copy_tree.sh" "$chroot/work"
    capture "$logs/matrix-$suite.log" inside "$chroot" "cd /work && test/check.sh $parts"
    grep -vE '^[0-9]+ passed, [0-9]+ failed$' "$logs/matrix-$suite.log" | sed "s/^\(not ok\|ok\) /\1 $version: /"
    if [ -f "$chroot/work/build/logs/results" ]; then
        sed "s/^\(not ok\|ok\) /\1 $version: /" "$chroot/work/build/logs/results" >>"$report_file"
    else
        outcome 1 "$version: the tests run" "$logs/matrix-$suite.log"
    fi
}

mkdir -p "$logs" "$home"
begin_report "$logs/results-matrix"
if "$tree/test/lib/setup.sh" debootstrap; then
    for suite in $suites; do test_suite "$suite"; done
else
    outcome 1 "setup"
fi
end_report
