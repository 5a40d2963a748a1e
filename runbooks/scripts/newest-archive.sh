#!/usr/bin/env bash
# Names an archive: the one that is given, or the newest of a directory.
# usage: newest-archive.sh DIRECTORY PREFIX ARCHIVE|latest      (writes `archive` and `age_hours` to the step's outputs)
set -euo pipefail
directory=$1 prefix=$2 archive=$3

if [[ $archive == latest ]]; then
    archive=$(find "$directory" -maxdepth 1 -type f -name "$prefix*.tar.gz" -printf '%T@ %p\n' | sort -rn | head -n 1 | cut -d ' ' -f 2-)
    [[ -n $archive ]] || { echo "there is no archive $prefix*.tar.gz in $directory" >&2; exit 1; }
fi
[[ -f $archive ]] || { echo "there is no archive $archive" >&2; exit 1; }
echo "archive=$archive" >>"$BELAY_OUTPUT"
echo "age_hours=$((($(date +%s) - $(stat -c %Y -- "$archive")) / 3600))" >>"$BELAY_OUTPUT"
echo "$archive: $(stat -c %s -- "$archive") bytes, of $(date -d "@$(stat -c %Y -- "$archive")" +%FT%T)"
