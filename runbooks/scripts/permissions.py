#!/usr/bin/env python3
"""Gives files the modes and the owner that a profile asks for, and takes that back.

usage: permissions.py apply RECORD      (in the environment: PERMISSIONS ({path, mode}, as JSON), OWNER and SYSTEM_HOME)
       permissions.py restore RECORD
       permissions.py check
RECORD is an artifact that gets what was there before. Files that are not there are left out; links are not followed.
"""

import json
import os
import pwd
import grp
import stat
import sys
from pathlib import Path


def wanted() -> list[tuple[str, int | None, int | None, int | None]]:
    """Path, mode, user and group of everything that is to be changed."""
    changes = []
    owner = os.environ.get("OWNER", "")
    if owner:
        user, _, group = owner.partition(":")
        uid = pwd.getpwnam(user).pw_uid
        gid = grp.getgrnam(group).gr_gid if group else None
        for path in tree(os.environ["SYSTEM_HOME"]):
            changes.append((path, None, uid, gid))
    for entry in json.loads(os.environ.get("PERMISSIONS") or "[]"):
        if os.path.exists(entry["path"]) and not os.path.islink(entry["path"]):
            changes.append((entry["path"], int(entry["mode"], 8), None, None))
    return changes


def tree(directory: str):
    yield directory
    for parent, subdirectories, names in os.walk(directory):
        for name in sorted(subdirectories + names):
            yield os.path.join(parent, name)


def differences() -> list[tuple[str, int | None, int | None, int | None]]:
    found = []
    for path, mode, uid, gid in wanted():
        status = os.lstat(path)
        is_other = mode is not None and stat.S_IMODE(status.st_mode) != mode
        is_other = is_other or (uid is not None and status.st_uid != uid) or (gid is not None and status.st_gid != gid)
        if is_other:
            found.append((path, mode, uid, gid))
    return found


def apply(record: Path) -> None:
    changes = differences()
    before = [json.loads(line) for line in record.read_text("utf-8").splitlines()] if record.exists() else []
    known = {entry["path"] for entry in before}
    for path, *_ in changes:
        status = os.lstat(path)
        if path not in known:
            known.add(path)
            mode = None if stat.S_ISLNK(status.st_mode) else stat.S_IMODE(status.st_mode)
            before.append({"path": path, "mode": mode, "uid": status.st_uid, "gid": status.st_gid})
    new = record.with_name(record.name + ".new")
    with new.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(entry) + "\n" for entry in before)
        file.flush()
        os.fsync(file.fileno())
    new.rename(record)
    for path, mode, uid, gid in changes:
        if uid is not None or gid is not None:
            os.lchown(path, -1 if uid is None else uid, -1 if gid is None else gid)
        if mode is not None:
            os.chmod(path, mode)
        print(path, f"{mode:o}" if mode is not None else os.environ["OWNER"])
    with open(os.environ["BELAY_OUTPUT"], "a", encoding="utf-8") as output:
        print(json.dumps({"changed": len(changes)}), file=output)


def restore(record: Path) -> None:
    for line in record.read_text("utf-8").splitlines() if record.exists() else []:
        entry = json.loads(line)
        if not os.path.lexists(entry["path"]):
            continue
        status = os.lstat(entry["path"])
        if (status.st_uid, status.st_gid) != (entry["uid"], entry["gid"]):
            os.lchown(entry["path"], entry["uid"], entry["gid"])
        # After the owner: a change of it takes set-user-id bits away.
        if entry["mode"] is not None:
            os.chmod(entry["path"], entry["mode"])


def main() -> int:
    action = sys.argv[1]
    if action == "check":
        found = differences()
        for path, *_ in found:
            print(f"{path} is not as it should be")
        return 1 if found else 0
    record = Path(os.environ["BELAY_ARTIFACTS"], sys.argv[2])
    apply(record) if action == "apply" else restore(record)
    return 0


if __name__ == "__main__":
    sys.exit(main())
