#!/usr/bin/env bash
# Gathers what a backup wants beside files: a dump of PostgreSQL, logs and files of the last days, performance data.
# usage: backup-extra.sh DIRECTORY [EXPORT-COMMAND…]      (the command gets the file to write as its last argument)
# in the environment, each empty where it is not wanted: POSTGRESQL (database), LOGS (directory), UNITS (of the journal), DAYS,
# RECENT (directory of which files of the last RECENT_DAYS go in)
set -euo pipefail
directory=$1
shift

umask 077
rm -rf -- "$directory"
mkdir -p -- "$directory/logs"
if [[ -n $POSTGRESQL ]]; then
    pg_dump --clean --if-exists --file "$directory/database.sql" -- "$POSTGRESQL"
    echo "dumped $POSTGRESQL ($(stat -c %s "$directory/database.sql") bytes)"
fi

# Copies files of a directory that changed in the last days.
copy_recent() {
    local from=$1 name=$2 days=$3 to=$directory/$4
    [[ -d $from && $days != 0 ]] || return 0
    mkdir -p -- "$to"
    (cd -- "$from" && find . -type f -name "$name" -mtime "-$days" -exec cp -p --parents -t "$to" -- {} +)
    echo "copied $(find "$to" -type f | wc -l) files of $from of the last $days days"
}
copy_recent "$LOGS" '*.log' "$DAYS" logs
copy_recent "$RECENT" '*' "$RECENT_DAYS" recent
for unit in $UNITS; do
    journalctl --since="$DAYS days ago" --unit="$unit" >"$directory/logs/$unit.log"
done
if (($# > 0)); then "$@" "$directory/performance_data.json"; fi
