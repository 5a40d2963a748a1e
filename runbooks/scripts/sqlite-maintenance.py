#!/usr/bin/env python3
"""Maintenance of a SQLite database that its service may use meanwhile.

usage: sqlite-maintenance.py measure|analyze|vacuum DATABASE
       sqlite-maintenance.py create-indexes DATABASE RECORD STATEMENT…
       sqlite-maintenance.py drop-indexes DATABASE RECORD
       sqlite-maintenance.py have-indexes DATABASE STATEMENT…

`create-indexes` writes the names that it is about to create to the artifact RECORD; `drop-indexes` takes exactly these
away again.
"""

import hashlib
import json
import os
import re
import sqlite3
import sys
from pathlib import Path

INDEX = re.compile(r"^\s*CREATE\s+(UNIQUE\s+)?INDEX\s+IF\s+NOT\s+EXISTS\s+([A-Za-z_]\w*)\s+ON\s+[^;]*$", re.IGNORECASE)


def connect(path: str) -> sqlite3.Connection:
    if not os.path.isfile(path):
        sys.exit(f"{path}: no such database")
    # In autocommit mode; a service that writes at the moment is waited for.
    return sqlite3.connect(path, timeout=60, isolation_level=None)


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def output(**values: object) -> None:
    with open(os.environ["BELAY_OUTPUT"], "a", encoding="utf-8") as file:
        for name, value in values.items():
            print(json.dumps({name: value}), file=file)


def artifact(name: str) -> str:
    return os.path.join(os.environ["BELAY_ARTIFACTS"], name)


def measure(database: sqlite3.Connection, path: str) -> None:
    query = "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    tables = database.execute(query).fetchall()
    rows = {name: database.execute(f"SELECT count(*) FROM {quoted(name)}").fetchone()[0] for name, _ in tables}
    size = os.path.getsize(path)
    free = database.execute("PRAGMA freelist_count").fetchone()[0] * database.execute("PRAGMA page_size").fetchone()[0]
    for name, count in sorted(rows.items(), key=lambda row: -row[1]):
        print(f"{count:12} rows  {name}")
    print(f"{size:12} bytes, {free} of them unused")
    tables_digest = hashlib.sha256(json.dumps(tables).encode()).hexdigest()
    output(size=size, unused=free, tables=tables_digest, rows=sum(rows.values()))


def index_names(statements: list[str]) -> dict[str, str]:
    names = {}
    for statement in statements:
        match = INDEX.match(statement)
        if not match:
            sys.exit(f"not a CREATE INDEX IF NOT EXISTS statement: {statement}")
        names[match[2]] = statement
    return names


def present(database: sqlite3.Connection) -> set[str]:
    return {row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'index'")}


def create_indexes(database: sqlite3.Connection, record: str, statements: list[str]) -> None:
    names = index_names(statements)
    missing = [name for name in names if name not in present(database)]
    # A run that was killed has a record of what it was about to create: that stays what an undo takes away.
    earlier = Path(record).read_text("utf-8").split() if os.path.exists(record) else []
    Path(record).write_text("\n".join(dict.fromkeys(earlier + missing)), "utf-8")
    for name in missing:
        database.execute(names[name])
        print(f"created {name}")
    output(created=len(missing))


def drop_indexes(database: sqlite3.Connection, record: str) -> None:
    for name in Path(record).read_text("utf-8").split() if os.path.exists(record) else []:
        database.execute(f"DROP INDEX IF EXISTS {quoted(name)}")
        print(f"dropped {name}")


def main() -> int:
    action, path, *rest = sys.argv[1:]
    database = connect(path)
    if action == "measure":
        measure(database, path)
    elif action == "analyze":
        database.execute("ANALYZE")
        database.execute("PRAGMA optimize")
    elif action == "vacuum":
        database.execute("VACUUM")
    elif action == "create-indexes":
        create_indexes(database, artifact(rest[0]), rest[1:])
    elif action == "drop-indexes":
        drop_indexes(database, artifact(rest[0]))
    elif action == "have-indexes":
        return 0 if set(index_names(rest)) <= present(database) else 1
    else:
        sys.exit(f"unknown action: {action}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
