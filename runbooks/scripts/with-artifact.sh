#!/usr/bin/env bash
# Runs a command with the path of an artifact as its last argument.
# usage: with-artifact.sh NAME COMMAND…
set -euo pipefail
name=$1
shift
exec "$@" "$BELAY_ARTIFACTS/$name"
