#!/usr/bin/env python3
"""Puts the newest backup of a configuration file that is valid in place of one that is not.

usage: repair-config.py FILE BACKUPS [COMMAND…]
COMMAND gets the file as its last argument, and its exit code 0 means valid; without one, JSON is parsed, and of other
files nobody can tell. Exits with 1 where the file is valid (it is not the cause), or no backup has a valid one.
"""

import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path


def is_valid(path: Path, command: list[str]) -> bool:
    if command:
        return subprocess.run([*command, str(path)], check=False).returncode == 0
    if path.suffix != ".json":
        sys.exit("nothing can tell whether this file is valid: the profile needs commands.validate_config")
    try:
        json.loads(path.read_bytes())
    except ValueError as error:
        print(error)
        return False
    return True


def backups(directory: str, name: str):
    """Copies of the file in archives, the newest first."""
    archives = sorted(Path(directory).rglob("*.t*gz"), key=lambda path: path.stat().st_mtime, reverse=True)
    for archive in archives:
        try:
            with tarfile.open(archive) as members:
                for member in members:
                    if member.isfile() and os.path.basename(member.name) == name:
                        file = members.extractfile(member)
                        if file:
                            yield archive, file.read()
        except (tarfile.TarError, EOFError, OSError) as error:
            print(f"{archive}: {error}", file=sys.stderr)


def main() -> int:
    path, directory, command = Path(sys.argv[1]), sys.argv[2], sys.argv[3:]
    if is_valid(path, command):
        print(f"{path} is valid")
        return 1
    status = path.stat()
    candidate = path.with_name(f".belay-candidate-{path.name}")
    try:
        for archive, content in backups(directory, path.name):
            candidate.write_bytes(content)
            if not is_valid(candidate, command):
                continue
            os.chmod(candidate, status.st_mode & 0o7777)
            if os.geteuid() == 0:
                os.chown(candidate, status.st_uid, status.st_gid)
            with candidate.open("rb") as written:
                os.fsync(written.fileno())
            candidate.rename(path)
            print(f"{path} is that of {archive} again")
            return 0
    finally:
        candidate.unlink(missing_ok=True)
    print(f"no backup in {directory} has a valid {path.name}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
