#!/usr/bin/env python3
"""Rotates the logs of a directory: what is in NAME moves to NAME.STAMP.gz or NAME.STAMP, and NAME is empty afterwards.

usage: rotate-logs.py truncate|rename DIRECTORY PATTERN STAMP [MODE [OWNER]]

`truncate` is for programs that keep their log open and append to it: the log is compressed and then emptied.
`rename` is for programs that open it again when they are told to: the log gets its new name, an empty one its place.
Running it again with the same stamp changes nothing, also where it was killed in between.
"""

import gzip
import os
import shutil
import sys
from pathlib import Path


def begins_with(log: Path, archive: Path) -> bool:
    """Whether the log still holds what the archive has, so that it was not emptied yet."""
    with gzip.open(archive) as old, log.open("rb") as present:
        while block := old.read(1 << 20):
            if present.read(len(block)) != block:
                return False
    return True


def truncate(log: Path, stamp: str) -> bool:
    archive = log.with_name(f"{log.name}.{stamp}.gz")
    if archive.exists() and not begins_with(log, archive):
        return False
    new = archive.with_name(archive.name + ".new")
    with log.open("r+b") as present:
        with gzip.open(new, "wb") as target:
            shutil.copyfileobj(present, target)
        with new.open("rb") as written:
            os.fsync(written.fileno())
        shutil.copystat(log, new)
        new.rename(archive)
        # Lines that arrive between the last read and here would be lost: programs that log much need `rename`.
        present.truncate(0)
    return True


def rename(log: Path, stamp: str, mode: str, owner: str) -> bool:
    old = log.with_name(f"{log.name}.{stamp}")
    if old.exists() or old.with_name(old.name + ".gz").exists():
        return False
    status = log.stat()
    empty = log.with_name(log.name + ".new")
    empty.write_bytes(b"")
    os.chmod(empty, int(mode, 8) if mode else status.st_mode & 0o7777)
    if owner:
        user, _, group = owner.partition(":")
        shutil.chown(empty, user, group or None)
    elif os.geteuid() == 0:
        os.chown(empty, status.st_uid, status.st_gid)
    os.link(log, old)
    empty.rename(log)
    return True


def main() -> int:
    method, directory, pattern, stamp, *rest = sys.argv[1:]
    mode, owner = (rest + ["", ""])[:2]
    rotated = 0
    for log in sorted(Path(directory).rglob(pattern)):
        if not log.is_file() or log.is_symlink():
            continue
        archive = log.with_name(f"{log.name}.{stamp}.gz")
        if log.stat().st_size == 0 and not archive.exists():
            continue
        done = truncate(log, stamp) if method == "truncate" else rename(log, stamp, mode, owner)
        rotated += done
        print(f"{log}: {'rotated' if done else 'was rotated already'}")
    with open(os.environ["BELAY_OUTPUT"], "a", encoding="utf-8") as output:
        print(f"rotated={rotated}", file=output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
