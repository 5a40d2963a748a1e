#!/usr/bin/env bash
# Gathers what a backup wants beside files: a dump of PostgreSQL, logs of the last days, exported performance data.
# usage: backup-extra.sh DIRECTORY [EXPORT-COMMAND…]      (the command gets the file to write as its last argument)
# in the environment, each empty where it is not wanted: POSTGRESQL (database), LOGS (directory), UNITS (of the journal), DAYS
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
if [[ -d $LOGS && $DAYS != 0 ]]; then
    (cd -- "$LOGS" && find . -type f -name '*.log' -mtime "-$DAYS" -exec cp -p --parents -t "$directory/logs" -- {} +)
    echo "copied $(find "$directory/logs" -type f | wc -l) logs of the last $DAYS days"
fi
for unit in $UNITS; do
    journalctl --since="$DAYS days ago" --unit="$unit" >"$directory/logs/$unit.log"
done
if (($# > 0)); then "$@" "$directory/performance_data.json"; fi
