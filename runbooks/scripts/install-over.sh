#!/usr/bin/env bash
# Unpacks a release over a directory; the one directory at the top of the archive is left out. Can be run again.
# usage: install-over.sh ARCHIVE DIRECTORY
set -euo pipefail
archive=$1 directory=$2

mkdir -p -- "$directory"
tar -xzf "$archive" -C "$directory" --strip-components 1 --no-same-owner --unlink-first
sync -f -- "$directory"
echo "$archive was unpacked over $directory"
