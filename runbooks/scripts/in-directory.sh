#!/usr/bin/env bash
# Runs a command in a directory: for checks that have no working directory of their own.
# usage: in-directory.sh DIRECTORY COMMAND…
set -euo pipefail
cd -- "$1"
shift
exec "$@"
