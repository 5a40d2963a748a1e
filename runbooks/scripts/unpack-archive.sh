#!/usr/bin/env bash
# Unpacks an archive into a scratch directory that only its owner can enter.
# usage: unpack-archive.sh ARCHIVE DIRECTORY      (writes `files` to the step's outputs)
set -euo pipefail
archive=$1 directory=$2

rm -rf -- "$directory"
mkdir -m 700 -- "$directory"
tar -xzf "$archive" -C "$directory" --no-same-owner
echo "files=$(find "$directory" -type f | wc -l)" >>"$BELAY_OUTPUT"
