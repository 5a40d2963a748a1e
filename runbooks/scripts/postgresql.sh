#!/usr/bin/env bash
# Maintenance of a PostgreSQL database; PGDATABASE, PGHOST, PGPORT and PGUSER say which (empty: libpq's default).
# usage: postgresql.sh ask SQL | measure | vacuum | reindex INDEX… | valid INDEX…
#        postgresql.sh count TABLE COLUMN SECONDS                   rows older than that
#        postgresql.sh delete TABLE COLUMN SECONDS FILE             keeps them in FILE first, as CSV
#        postgresql.sh put-back TABLE FILE
set -euo pipefail
for name in PGDATABASE PGHOST PGPORT PGUSER; do [[ -n ${!name:-} ]] || unset "$name"; done

ask() { psql -X -q -A -t -v ON_ERROR_STOP=1 "$@"; }
output() { printf '%s\n' "$1" >>"$BELAY_OUTPUT"; }

measure() {
    ask <<'SQL'
SELECT pg_size_pretty(pg_total_relation_size(relid)) || '  ' || n_live_tup || ' rows, ' || n_dead_tup || ' dead  ' || relname
FROM pg_stat_user_tables ORDER BY pg_total_relation_size(relid) DESC LIMIT 50
SQL
    ask -c 'SELECT pg_stat_force_next_flush()' >/dev/null 2>&1 || true
    output "size=$(ask -c 'SELECT pg_database_size(current_database())')"
    output "dead=$(ask -c 'SELECT coalesce(sum(n_dead_tup), 0) FROM pg_stat_user_tables')"
}

reindex() {
    local index leftover
    # What an interrupted REINDEX CONCURRENTLY leaves is invalid, and in the way of nobody but costs writes.
    while read -r leftover; do
        [[ -z $leftover ]] || ask -v name="$leftover" <<<'DROP INDEX CONCURRENTLY IF EXISTS :"name"'
    done < <(ask -c "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
                     WHERE NOT i.indisvalid AND c.relname ~ '_ccnew[0-9]*\$'")
    for index in "$@"; do
        ask -v name="$index" <<<'REINDEX INDEX CONCURRENTLY :"name"'
        echo "reindexed $index"
    done
}

valid() {
    local index
    for index in "$@"; do
        [[ $(ask -v name="$index" <<<"SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(:'name')") == t ]] ||
            { echo "$index is missing or invalid"; exit 1; }
    done
}

# Keeping and deleting are one transaction, and the file is on disk before it commits. Each attempt has its own file, so
# that what an earlier one deleted is never written over.
delete() {
    umask 077
    export KEPT=$4.$BELAY_ATTEMPT.csv
    mkdir -p -- "$(dirname "$KEPT")"
    ask -v t="$1" -v c="$2" -v s="$3" -o "$KEPT" <<'SQL'
BEGIN;
COPY (
  DELETE FROM :"t" WHERE :"c" < now() - make_interval(secs => :'s'::double precision) RETURNING *
) TO STDOUT WITH (FORMAT csv, HEADER);
\! sync -- "$KEPT" "$(dirname "$KEPT")"
COMMIT;
SQL
}

# Rows that are there (an attempt that did not commit has written them, too) stay as they are, by the table's keys.
put_back() {
    local file
    for file in "$2".*.csv; do
        [[ -e $file ]] || continue
        ask -v t="$1" -f <(
            cat <<'SQL'
BEGIN;
CREATE TEMPORARY TABLE belay_kept (LIKE :"t") ON COMMIT DROP;
\copy belay_kept FROM PSTDIN WITH (FORMAT csv, HEADER)
INSERT INTO :"t" SELECT * FROM belay_kept ON CONFLICT DO NOTHING;
COMMIT;
SQL
        ) <"$file"
        mv -- "$file" "$file.put-back"
    done
}

count() {
    local rows
    rows=$(
        ask -v t="$1" -v c="$2" -v s="$3" <<'SQL'
SELECT count(*) FROM :"t" WHERE :"c" < now() - make_interval(secs => :'s'::double precision)
SQL
    )
    echo "$rows rows of $1 are older"
    output "rows=$rows"
}

action=${1:?usage}
shift
case $action in
ask) ask -c "$1" ;;
measure) measure ;;
vacuum) ask -c 'VACUUM (ANALYZE)' ;;
reindex) reindex "$@" ;;
valid) valid "$@" ;;
count) count "$@" ;;
delete) delete "$@" ;;
put-back) put_back "$@" ;;
*)
    echo "unknown action: $action" >&2
    exit 64
    ;;
esac
