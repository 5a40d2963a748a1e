#!/usr/bin/env python3
"""Rows of a SQLite table that are older than a limit.

usage: sqlite-retention.py count DATABASE TABLE COLUMN SECONDS
       sqlite-retention.py delete DATABASE TABLE COLUMN SECONDS KEPT
       sqlite-retention.py put-back DATABASE TABLE KEPT

COLUMN holds dates as text (ISO 8601) or seconds since 1970. `delete` copies the rows with their row ids to a table of
the database KEPT, and only then deletes them, in batches, so that the service can write in between; `put-back` takes
them from there. Both can be killed and run again.
"""

import json
import os
import sqlite3
import sys
import time

BATCH = 10_000


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def connect(path: str) -> sqlite3.Connection:
    if not os.path.isfile(path):
        sys.exit(f"{path}: no such database")
    return sqlite3.connect(path, timeout=60, isolation_level=None)


def condition(column: str) -> str:
    name = quoted(column)
    return (
        f"CASE WHEN typeof({name}) IN ('integer', 'real') THEN {name} < :limit" f" ELSE unixepoch({name}) < :limit END"
    )


def count(database: sqlite3.Connection, table: str, column: str, seconds: str) -> None:
    limit = time.time() - float(seconds)
    query = f"SELECT count(*) FROM {quoted(table)} WHERE {condition(column)}"
    rows = database.execute(query, {"limit": limit}).fetchone()[0]
    print(f"{rows} rows of {table} are older")
    with open(os.environ["BELAY_OUTPUT"], "a", encoding="utf-8") as file:
        print(json.dumps({"rows": rows}), file=file)


def delete(database: sqlite3.Connection, table: str, column: str, seconds: str, kept: str) -> None:
    os.makedirs(os.path.dirname(kept), mode=0o700, exist_ok=True)
    os.close(os.open(kept, os.O_CREAT | os.O_RDWR, 0o600))
    database.execute("ATTACH :kept AS kept", {"kept": kept})
    main, copy = f"main.{quoted(table)}", f"kept.{quoted(table)}"
    database.execute(f"CREATE TABLE IF NOT EXISTS {copy} AS SELECT rowid AS belay_rowid, * FROM {main} WHERE 0")
    database.execute(
        f"CREATE UNIQUE INDEX IF NOT EXISTS kept.{quoted(table + '_rowid')} ON {quoted(table)}(belay_rowid)"
    )
    old = f"FROM {main} WHERE {condition(column)}"
    parameters = {"limit": time.time() - float(seconds), "last": -(2**63)}
    total = 0
    while True:
        last = database.execute(
            f"SELECT max(rowid) FROM (SELECT rowid {old} AND rowid > :last ORDER BY rowid LIMIT {BATCH})", parameters
        ).fetchone()[0]
        if last is None:
            break
        batch = f"{old} AND rowid > :last AND rowid <= {last}"
        # Two commits: one over two files is not atomic where a database is in WAL mode.
        database.execute(f"INSERT OR REPLACE INTO {copy} SELECT rowid, * {batch}", parameters)
        total += database.execute(f"DELETE {batch} AND rowid IN (SELECT belay_rowid FROM {copy})", parameters).rowcount
        parameters["last"] = last
    print(f"deleted {total} rows of {table}; {kept} has them")


def put_back(database: sqlite3.Connection, table: str, kept: str) -> None:
    if not os.path.exists(kept):
        return
    database.execute("ATTACH :kept AS kept", {"kept": kept})
    names = [row[1] for row in database.execute(f"PRAGMA kept.table_info({quoted(table)})")]
    if not names:
        return
    columns = ", ".join(["rowid", *map(quoted, names[1:])])
    # A row that the service has written under the same id meanwhile stays.
    database.execute(
        f"INSERT OR IGNORE INTO main.{quoted(table)}({columns}) SELECT {', '.join(map(quoted, names))}"
        f" FROM kept.{quoted(table)}"
    )
    print(f"put back the rows of {table}")


def main() -> int:
    action, path, table, *rest = sys.argv[1:]
    database = connect(path)
    if action == "count":
        count(database, table, *rest)
    elif action == "delete":
        delete(database, table, *rest)
    elif action == "put-back":
        put_back(database, table, *rest)
    else:
        sys.exit(f"unknown action: {action}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
