#!/usr/bin/env python3
"""Adds variables that are missing to an environment file; what is there stays as it is.

usage: complete-env.py FILE      (in the environment: DEFAULTS, a list of {name, value}, as JSON)
Exits with 1 where nothing is missing: the variables are not the cause.
"""

import json
import os
import re
import sys
from pathlib import Path


def main() -> int:
    path = Path(sys.argv[1])
    defaults = {entry["name"]: entry["value"] for entry in json.loads(os.environ["DEFAULTS"])}
    text = path.read_text("utf-8") if path.exists() else ""
    present = set(re.findall(r"^\s*(?:export\s+)?([A-Za-z_]\w*)=", text, re.MULTILINE))
    missing = {name: value for name, value in defaults.items() if name not in present}
    if not missing:
        print("no variable is missing")
        return 1
    new = path.with_name(path.name + ".new")
    if text and not text.endswith("\n"):
        text += "\n"
    new.write_text(text + "".join(f"{name}={value}\n" for name, value in missing.items()), "utf-8")
    os.chmod(new, path.stat().st_mode & 0o7777 if path.exists() else 0o600)
    if path.exists() and os.geteuid() == 0:
        os.chown(new, path.stat().st_uid, path.stat().st_gid)
    with new.open("rb") as written:
        os.fsync(written.fileno())
    new.rename(path)
    print(f"added {', '.join(missing)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
