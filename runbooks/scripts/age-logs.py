#!/usr/bin/env python3
"""Takes rotated logs one stage on.

usage: age-logs.py compress DIRECTORY PATTERN SECONDS
       age-logs.py archive DIRECTORY PATTERN SECONDS TARGET
       age-logs.py list-expired DIRECTORY PATTERN KEEP SECONDS TARGET
       age-logs.py expire DIRECTORY PATTERN KEEP SECONDS TARGET

`compress` compresses what matches PATTERN, and rotated logs (PATTERN.*), that no program has open or wrote to for so
long.
`archive` moves compressed logs of that age to TARGET. `expire` deletes all but the KEEP newest rotations of each log,
and what has been in TARGET for SECONDS; `list-expired` only names them. A KEEP or SECONDS of 0 and an empty TARGET
stand for nothing. Running it again goes on where it was killed.
"""

import gzip
import os
import re
import shutil
import sys
import time
from pathlib import Path

ROTATED = re.compile(r"^(?P<log>.+\.log)\.(?P<stamp>[0-9A-Za-z-]+)(\.gz)?$")


def files(directory: str, *patterns: str) -> list[Path]:
    found = {path for pattern in patterns for path in Path(directory).rglob(pattern)}
    return sorted(path for path in found if path.is_file() and not path.is_symlink())


def is_older(path: Path, seconds: float) -> bool:
    return time.time() - path.stat().st_mtime > seconds


def open_files() -> set[tuple[int, int]]:
    """What running processes have open, as far as one may look."""
    found = set()
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            status = link.stat()
        except OSError:
            continue  # it was closed meanwhile
        found.add((status.st_dev, status.st_ino))
    return found


def compress(directory: str, pattern: str, seconds: str) -> int:
    count = 0
    in_use = open_files()
    for path in files(directory, pattern, f"{pattern}.*"):
        status = path.stat()
        if path.suffix in (".gz", ".new") or not is_older(path, float(seconds)):
            continue
        if status.st_size == 0 or (status.st_dev, status.st_ino) in in_use:
            continue
        new = path.with_name(path.name + ".gz.new")
        with path.open("rb") as source, gzip.open(new, "wb") as target:
            shutil.copyfileobj(source, target)
        with new.open("rb") as written:
            os.fsync(written.fileno())
        shutil.copystat(path, new)
        new.rename(path.with_name(path.name + ".gz"))
        path.unlink()
        count += 1
    return count


def archive(directory: str, pattern: str, seconds: str, target: str) -> int:
    place = Path(target)
    place.mkdir(parents=True, exist_ok=True)
    count = 0
    for path in files(directory, f"{pattern}.gz", f"{pattern}.*.gz"):
        if place in path.parents or not is_older(path, float(seconds)):
            continue
        # Logs of several directories may have one name; the directory becomes part of it.
        name = "-".join(path.relative_to(directory).parts)
        shutil.move(path, place / name)
        count += 1
    return count


def expired(directory: str, pattern: str, keep: str, seconds: str, target: str) -> list[Path]:
    place = Path(target) if target else None
    rotations: dict[Path, list[Path]] = {}
    found = []
    for path in files(directory, f"{pattern}.*"):
        match = ROTATED.match(path.name)
        if match and not (place and place in path.parents):
            rotations.setdefault(path.with_name(match["log"]), []).append(path)
    if int(keep) > 0:
        for paths in rotations.values():
            found += sorted(paths, key=lambda path: path.stat().st_mtime, reverse=True)[int(keep) :]
    if place and float(seconds) > 0 and place.is_dir():
        found += [path for path in files(target, "*.gz") if is_older(path, float(seconds))]
    return found


def main() -> int:
    action, *arguments = sys.argv[1:]
    if action in ("compress", "archive"):
        count = (compress if action == "compress" else archive)(*arguments)
        print(f"{action}: {count} files")
    else:
        paths = expired(*arguments)
        count = len(paths)
        for path in paths:
            print(path)
            if action == "expire":
                path.unlink(missing_ok=True)
    with open(os.environ["BELAY_OUTPUT"], "a", encoding="utf-8") as output:
        print(f"count={count}", file=output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
