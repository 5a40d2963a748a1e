#!/usr/bin/env bash
# Copies files to FILE.before-restore, with what SQLite keeps beside a database. Empty names and missing files are left out.
# usage: set-aside.sh FILE…
set -euo pipefail

for file in "$@"; do
    [[ -n $file ]] || continue
    for part in "$file" "$file-wal" "$file-shm" "$file-journal"; do
        [[ -e $part ]] || continue
        cp -p -- "$part" "$part.before-restore.new"
        mv -- "$part.before-restore.new" "$part.before-restore"
        echo "$part is kept as $part.before-restore"
    done
done
