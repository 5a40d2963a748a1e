#!/usr/bin/env python3
"""Appends an entry to the record of key rotations; the key itself is never part of it.

usage: record-rotation.py LOG KEY ACTION BY      (ACTION: api_key_rotation or put_back)
"""

import datetime
import json
import os
import sys
from pathlib import Path


def main() -> int:
    log, key, action, by = Path(sys.argv[1]), *sys.argv[2:5]
    entries = json.loads(log.read_text("utf-8")) if log.exists() else []
    run = os.environ["BELAY_RUN"]
    if any(entry.get("run") == run and entry["action"] == action for entry in entries):
        return 0  # it was written before the driver died
    now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
    entries.append({"timestamp": now, "action": action, "key_name": key, "rotated_by": by, "run": run})
    log.parent.mkdir(parents=True, exist_ok=True)
    new = log.with_name(log.name + ".new")
    new.write_text(json.dumps(entries, indent=2) + "\n", "utf-8")
    os.chmod(new, log.stat().st_mode & 0o7777 if log.exists() else 0o600)
    with new.open("rb") as written:
        os.fsync(written.fileno())
    new.rename(log)
    return 0


if __name__ == "__main__":
    sys.exit(main())
