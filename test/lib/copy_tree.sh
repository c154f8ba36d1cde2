#!/usr/bin/env bash
# Copies the sources of this tree, without what a build made of them: test/lib/copy_tree.sh <new directory>
set -euo pipefail
tree=$(cd "$(dirname "$0")/../.." && pwd)
rm -rf "$1"
mkdir -p "$1"
tar -C "$tree" --exclude=./build --exclude=./.git --exclude='*.o' --exclude='*.d' --exclude='*.so' -cf - . |
    tar -C "$1" --no-same-owner -xf -
chmod a+rx "$1"
