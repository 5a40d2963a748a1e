#!/usr/bin/env python3
"""Looks for what makes a system easy to break into, and writes findings with recommendations.

usage: security-audit.py
in the environment, as JSON where it is a list or a mapping: PERMISSIONS ({path, mode}), CONFIG_TREE, SOURCES
(directory), EXCLUDED (names in it), KEY_PATTERN, ENDPOINTS ({title, url}), API_PORT, KEYS_LOG, KEYS ({variable, expires,
warn} by name), ROTATE_EVERY (seconds). Writes security-audit.json and security-audit.md into $BELAY_ARTIFACTS. A key that
is found is never shown.
"""

import datetime
import json
import os
import re
import socket
import stat
import struct
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

KNOWN_KEYS = (
    r"-----BEGIN (?:RSA |EC |OPENSSH |DSA )?PRIVATE KEY-----",
    r"\bAKIA[0-9A-Z]{16}\b",
    r"\bghp_[A-Za-z0-9]{36}\b",
    r"\bxox[abpr]-[A-Za-z0-9-]{10,}",
    r"\bsk_live_[A-Za-z0-9]{16,}",
)
LISTEN = "0A"


def environment(name: str, default):
    return json.loads(os.environ.get(name) or json.dumps(default))


class Audit:
    def __init__(self) -> None:
        self.findings: list[dict[str, str]] = []
        self.checked: dict[str, int] = {}

    def find(self, check: str, severity: str, what: str, recommendation: str) -> None:
        self.findings.append({"check": check, "severity": severity, "finding": what, "recommendation": recommendation})

    def count(self, check: str) -> None:
        self.checked[check] = self.checked.get(check, 0) + 1

    # MARK: Files

    def permissions(self) -> None:
        for entry in environment("PERMISSIONS", []):
            path, allowed = entry["path"], int(entry["mode"], 8)
            if not os.path.lexists(path):
                continue
            self.count("permissions")
            mode = stat.S_IMODE(os.lstat(path).st_mode)
            if mode & ~allowed:
                severity = "high" if mode & 0o007 & ~allowed else "medium"
                self.find(
                    "permissions", severity, f"{path} has mode {mode:o}", f"at most {allowed:o}: belay run hardening"
                )

    def config_tree(self) -> None:
        for path in files_below(os.environ.get("CONFIG_TREE", ""), set()):
            self.count("configuration")
            if path.lstat().st_mode & stat.S_IROTH:
                self.find("configuration", "medium", f"{path} can be read by everyone", "take the right from others")

    def sources(self) -> None:
        patterns = [*KNOWN_KEYS, *([os.environ["KEY_PATTERN"]] if os.environ.get("KEY_PATTERN") else [])]
        keys = re.compile("|".join(f"(?:{pattern})" for pattern in patterns).encode())
        for path in files_below(os.environ.get("SOURCES", ""), set(environment("EXCLUDED", [".git"]))):
            self.count("sources")
            status = path.lstat()
            if status.st_mode & stat.S_IWOTH:
                self.find("sources", "high", f"{path} can be written by everyone", "take the right from others")
            if status.st_size > 4 << 20:
                continue
            try:
                content = path.read_bytes()
            except OSError:
                continue
            if b"\0" in content[:1024]:
                continue
            for number, line in enumerate(content.split(b"\n"), 1):
                if keys.search(line):
                    text = "move it to a secret store, and rotate it: belay run key-rotation"
                    self.find("exposed keys", "high", f"{path}:{number} looks like a key", text)

    # MARK: The API

    def api(self) -> None:
        for endpoint in environment("ENDPOINTS", []):
            self.count("API")
            try:
                with urllib.request.urlopen(endpoint["url"], timeout=10) as answer:
                    is_open = answer.status < 300
            except (urllib.error.URLError, OSError, ValueError):
                is_open = False
            if is_open:
                text = "ask for a key, or keep the port closed to others: belay run hardening"
                self.find("API", "medium", f"{endpoint['title']} answers without authentication", text)
        port = os.environ.get("API_PORT")
        if port:
            self.count("ports")
            addresses = sorted(address for address, number in listening() if number == int(port) and is_public(address))
            if addresses:
                text = "bind it to the loopback, or close it with a firewall: belay run hardening"
                self.find("ports", "medium", f"port {port} is open on {', '.join(addresses)}", text)

    # MARK: Keys

    def ages(self) -> None:
        keys, limit = environment("KEYS", {}), float(os.environ.get("ROTATE_EVERY") or 0)
        if not keys or not limit:
            return
        log = Path(os.environ.get("KEYS_LOG") or "/nonexistent")
        entries = json.loads(log.read_text("utf-8")) if log.exists() else []
        now = datetime.datetime.now(datetime.timezone.utc)
        for name, key in keys.items():
            self.count("age of keys")
            if key.get("expires"):
                self.expiry(name, key, now)
            times = [entry["timestamp"] for entry in entries if entry.get("key_name") == name]
            if not times:
                self.find("age of keys", "medium", f"nobody knows how old {name} is", "belay run key-rotation")
                continue
            age = now - datetime.datetime.fromisoformat(max(times).replace("Z", "+00:00"))
            if age.total_seconds() > limit:
                self.find("age of keys", "medium", f"{name} is {age.days} days old", "belay run key-rotation")

    def expiry(self, name: str, key: dict, now: datetime.datetime) -> None:
        """A key's own command prints the date on which it ends."""
        result = subprocess.run(key["expires"], capture_output=True, text=True, check=False, timeout=60)
        try:
            end = datetime.datetime.fromisoformat(result.stdout.strip().replace("Z", "+00:00"))
        except ValueError:
            self.find("expiry of keys", "medium", f"nobody can tell when {name} expires", " ".join(key["expires"]))
            return
        days = ((end if end.tzinfo else end.replace(tzinfo=datetime.timezone.utc)) - now).days
        if days <= int(str(key.get("warn", "30d")).rstrip("d")):
            self.find("expiry of keys", "high", f"{name} expires in {days} days", "belay run key-rotation")


def files_below(directory: str, excluded: set[str]):
    if not directory or not os.path.isdir(directory):
        return
    for parent, subdirectories, names in os.walk(directory):
        subdirectories[:] = sorted(name for name in subdirectories if name not in excluded)
        for name in sorted(names):
            path = Path(parent, name)
            if name not in excluded and stat.S_ISREG(path.lstat().st_mode):
                yield path


def listening() -> set[tuple[str, int]]:
    found = set()
    for table, family in (("/proc/net/tcp", socket.AF_INET), ("/proc/net/tcp6", socket.AF_INET6)):
        if not os.path.exists(table):
            continue
        for line in Path(table).read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == LISTEN:
                address, port = fields[1].split(":")
                words = [int(address[index : index + 8], 16) for index in range(0, len(address), 8)]
                found.add((socket.inet_ntop(family, struct.pack(f"={len(words)}I", *words)), int(port, 16)))
    return found


def is_public(address: str) -> bool:
    return not (address.startswith("127.") or address in ("::1",) or address.startswith("::ffff:127."))


def markdown(audit: Audit) -> str:
    text = ["# Security audit", "", "| check | looked at | findings |", "| --- | --- | --- |"]
    for check in sorted({*audit.checked, *(entry["check"] for entry in audit.findings)}):
        found = sum(entry["check"] == check for entry in audit.findings)
        text.append(f"| {check} | {audit.checked.get(check, '')} | {found} |")
    text += ["", "## Findings", ""]
    for entry in audit.findings:
        text.append(f"- **{entry['severity']}** {entry['finding']} → {entry['recommendation']}")
    return "\n".join(text if audit.findings else [*text, "None."]) + "\n"


def main() -> int:
    audit = Audit()
    for part in (audit.permissions, audit.config_tree, audit.sources, audit.api, audit.ages):
        part()
    artifacts = Path(os.environ["BELAY_ARTIFACTS"])
    (artifacts / "security-audit.json").write_text(json.dumps(audit.findings, indent=2), "utf-8")
    (artifacts / "security-audit.md").write_text(text := markdown(audit), "utf-8")
    print(text)
    severities = [entry["severity"] for entry in audit.findings]
    with open(os.environ["BELAY_OUTPUT"], "a", encoding="utf-8") as output:
        print(json.dumps({"high": severities.count("high")}), file=output)
        print(json.dumps({"findings": len(severities)}), file=output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
