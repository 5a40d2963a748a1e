#!/usr/bin/env python3
"""Deletes old files in two steps, of which the first can be taken back.

usage: old-files.py list DIRECTORY NAME SECONDS           what matches NAME and was not written for so long
       old-files.py away DIRECTORY NAME SECONDS PLACE     moves it to PLACE, beside the directory
       old-files.py releases DIRECTORY CURRENT KEEP PLACE moves all but the KEEP newest releases, never CURRENT's
       old-files.py back PLACE                            moves everything in PLACE to where it was
       old-files.py purge PLACE                           deletes PLACE for good

Symbolic links are never followed. Running any of them again goes on where it was killed.
"""

import fnmatch
import json
import os
import shutil
import stat
import sys
import time
from pathlib import Path

RECORD = "origins.jsonl"


def output(**values: object) -> None:
    with open(os.environ["BELAY_OUTPUT"], "a", encoding="utf-8") as file:
        for name, value in values.items():
            print(json.dumps({name: value}), file=file)


def old_files(directory: str, name: str, seconds: str) -> list[Path]:
    """Regular files below a directory, on its own file system."""
    limit = time.time() - float(seconds)
    found = []
    if not os.path.isdir(directory):
        return found
    device = os.stat(directory).st_dev
    for parent, subdirectories, names in os.walk(directory):
        subdirectories[:] = sorted(
            entry
            for entry in subdirectories
            if not entry.startswith(".belay-aside-") and os.lstat(os.path.join(parent, entry)).st_dev == device
        )
        for entry in sorted(fnmatch.filter(names, name)):
            path = Path(parent, entry)
            status = path.lstat()
            if stat.S_ISREG(status.st_mode) and status.st_mtime < limit:
                found.append(path)
    return found


def set_aside(paths: list[Path], place: str) -> int:
    """Moves files; where each was is on disk before it moves."""
    os.makedirs(place, mode=0o700, exist_ok=True)
    number = len(os.listdir(place))
    size = 0
    with open(os.path.join(place, RECORD), "a", encoding="utf-8") as record:
        for path in paths:
            while os.path.lexists(target := os.path.join(place, f"{number:06}")):
                number += 1
            number += 1
            print(json.dumps({"from": str(path), "to": os.path.basename(target)}), file=record, flush=True)
            os.fsync(record.fileno())
            size += sum(entry.lstat().st_size for entry in [path, *path.rglob("*")] if not entry.is_dir())
            os.rename(path, target)
            print(path)
    return size


def old_releases(directory: str, current: str, keep: str) -> list[Path]:
    in_use = os.path.realpath(current)
    releases = [path for path in Path(directory).iterdir() if path.is_dir() and not path.is_symlink()]
    releases = [path for path in releases if not path.name.startswith(".")]
    releases.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    return [path for path in releases[int(keep) :] if os.path.realpath(path) != in_use]


def back(place: str) -> None:
    record = os.path.join(place, RECORD)
    if os.path.exists(record):
        for line in Path(record).read_text("utf-8").splitlines():
            try:
                entry = json.loads(line)
            except json.JSONDecodeError:
                continue  # it was killed while writing this line: nothing was moved yet
            aside = os.path.join(place, entry["to"])
            if not os.path.lexists(aside):
                continue
            if os.path.lexists(entry["from"]):
                print(f"{entry['from']} is there again; the old one stays at {aside}", file=sys.stderr)
                continue
            os.rename(aside, entry["from"])
            print(f"put back {entry['from']}")
        if os.listdir(place) == [RECORD]:
            shutil.rmtree(place)


def main() -> int:
    action, *arguments = sys.argv[1:]
    if action == "list":
        paths = old_files(*arguments)
        for path in paths:
            print(path)
        output(count=len(paths), bytes=sum(path.lstat().st_size for path in paths))
    elif action in ("away", "releases"):
        *what, place = arguments
        paths = old_files(*what) if action == "away" else old_releases(*what)
        size = set_aside(paths, place) if paths else 0
        output(count=len(paths), bytes=size)
    elif action == "back":
        back(arguments[0])
    elif action == "purge":
        if not os.path.basename(arguments[0]).startswith(".belay-aside-"):
            sys.exit(f"{arguments[0]}: not a place of files that were set aside")
        shutil.rmtree(arguments[0], ignore_errors=False) if os.path.isdir(arguments[0]) else None
    else:
        sys.exit(f"unknown action: {action}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
