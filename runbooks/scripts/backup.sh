#!/usr/bin/env bash
# Writes an archive with a configuration file and a copy of the database, in one move.
# usage: backup.sh ARCHIVE CONFIG DUMP-COMMAND…      (the command gets the file to write as its last argument)
set -euo pipefail
archive=$1 config=$2
shift 2

mkdir -p -- "$(dirname "$archive")"
work=$(mktemp -d -- "$archive.XXXXXX")
trap 'rm -rf -- "$work"' EXIT
cp -p -- "$config" "$work/"
"$@" "$work/database.db"
tar -czf "$work/archive" -C "$work" "$(basename "$config")" database.db
sync -- "$work/archive"
mv -- "$work/archive" "$archive"
sync -- "$(dirname "$archive")"
echo "wrote $archive ($(stat -c %s "$archive") bytes)"
