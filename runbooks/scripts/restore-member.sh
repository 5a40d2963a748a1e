#!/usr/bin/env bash
# Puts back one file of an archive in one move; the mode of the file that it replaces stays.
# What SQLite keeps beside a database belongs to the file that is replaced, and would damage the new one: it goes.
# usage: restore-member.sh ARCHIVE MEMBER TARGET
set -euo pipefail
archive=$1 member=$2 target=$3

new=$(mktemp -- "$target.XXXXXX")
trap 'rm -f -- "$new"' EXIT
tar -xzOf "$archive" "$member" >"$new"
if [[ -e $target ]]; then
    chmod --reference="$target" -- "$new"
    [[ $EUID != 0 ]] || chown --reference="$target" -- "$new"
fi
sync -- "$new"
rm -f -- "$target-journal" "$target-wal" "$target-shm"
mv -T -- "$new" "$target"
trap - EXIT
echo "$target was put back from $archive"
