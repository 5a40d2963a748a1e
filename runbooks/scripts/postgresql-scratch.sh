#!/usr/bin/env bash
# Loads a dump into a scratch database, looks for rows in some tables, and drops the database whatever came out.
# usage: postgresql-scratch.sh DATABASE DUMP [TABLE…]
set -euo pipefail
database=$1 dump=$2
shift 2

dropdb --if-exists -- "$database"
createdb -- "$database"
trap 'dropdb --if-exists -- "$database"' EXIT
psql --quiet --no-psqlrc -v ON_ERROR_STOP=1 -d "$database" -f "$dump" >/dev/null
for table in "$@"; do
    rows=$(psql --no-psqlrc -tAc "SELECT COUNT(*) FROM $table" -d "$database")
    echo "$table: $rows rows"
    ((rows > 0)) || { echo "$table came back empty" >&2; exit 1; }
done
