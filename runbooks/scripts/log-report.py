#!/usr/bin/env python3
"""Counts what the logs of the last hours say, by the patterns of the profile, and writes a report.

usage: log-report.py SECONDS
in the environment: LOGS (directory, or empty), PATTERN (of file names), UNITS (of the journal, as JSON), PATTERNS
(names and regular expressions, as JSON), TITLE. Writes log-analysis.json and log-analysis.md into $BELAY_ARTIFACTS.
"""

import datetime
import gzip
import json
import os
import re
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

STAMP = re.compile(r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})")
MILLISECONDS = re.compile(r"(\d+(?:\.\d+)?) ?ms\b")
REQUEST = re.compile(r'HTTP/\d(?:\.\d)?" (\d{3})\b')
SAMPLES = 20


class Report:
    def __init__(self, patterns: dict[str, str], since: float) -> None:
        self.patterns = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in patterns.items()}
        self.since = datetime.datetime.fromtimestamp(since, datetime.timezone.utc).strftime("%Y-%m-%d %H:%M:%S")
        self.counts = Counter({name: 0 for name in patterns})
        self.samples: dict[str, list[str]] = {name: [] for name in patterns}
        self.messages: Counter[str] = Counter()
        self.durations: list[float] = []
        self.statuses: Counter[str] = Counter()
        self.lines = 0

    def read(self, lines, source: str) -> None:
        # A line without a time, such as one of a trace, belongs to the one before.
        is_recent = True
        for line in lines:
            if stamp := STAMP.search(line[:60]):
                is_recent = f"{stamp[1]} {stamp[2]}" >= self.since
            if is_recent:
                self.take(line.rstrip("\n"), source)

    def take(self, line: str, source: str) -> None:
        self.lines += 1
        for name, pattern in self.patterns.items():
            if not pattern.search(line):
                continue
            self.counts[name] += 1
            if len(self.samples[name]) < SAMPLES:
                self.samples[name].append(f"{source}: {line[:500]}")
            if name == "error":
                self.messages[re.sub(r"\d+", "N", STAMP.sub("", line))[:200].strip()] += 1
        self.durations += [float(value) for value in MILLISECONDS.findall(line)]
        if request := REQUEST.search(line):
            self.statuses[request[1]] += 1

    def values(self, seconds: float) -> dict[str, object]:
        durations = sorted(self.durations)
        requests = sum(self.statuses.values())
        failures = sum(count for status, count in self.statuses.items() if status.startswith("5"))
        return {
            "since": self.since,
            "lines": self.lines,
            "counts": dict(self.counts),
            "frequent_errors": self.messages.most_common(10),
            "samples": self.samples,
            "average_ms": round(sum(durations) / len(durations), 2) if durations else None,
            "p95_ms": durations[int(len(durations) * 0.95)] if durations else None,
            "requests_per_hour": round(requests / seconds * 3600, 1),
            "error_rate": round(failures / requests, 4) if requests else None,
        }


def opened(path: Path):
    if path.suffix == ".gz":
        return gzip.open(path, "rt", errors="replace")
    return path.open(errors="replace")


def sources(since: float):
    directory, name = os.environ.get("LOGS", ""), os.environ.get("PATTERN") or "*.log"
    if directory:
        paths = {path for pattern in (name, name + ".*") for path in Path(directory).rglob(pattern)}
        for path in sorted(paths):
            if path.is_file() and path.suffix != ".new" and path.stat().st_mtime >= since:
                with opened(path) as file:
                    yield file, str(path.relative_to(directory))
    for unit in json.loads(os.environ.get("UNITS") or "[]"):
        command = [
            "journalctl",
            f"--since=@{int(since)}",
            f"--unit={unit}",
            "--output=short-iso",
            "--no-pager",
            "--quiet",
        ]
        result = subprocess.run(command, capture_output=True, text=True, errors="replace", check=True)
        yield result.stdout.splitlines(), unit


def markdown(values: dict) -> str:
    text = [f"# Logs of {os.environ.get('TITLE', '')} since {values['since']} UTC", "", f"{values['lines']} lines."]
    text += ["", "| kind | lines |", "| --- | --- |"] + [
        f"| {name} | {count} |" for name, count in values["counts"].items()
    ]
    for name, title in (
        ("average_ms", "average, ms"),
        ("p95_ms", "95th percentile, ms"),
        ("requests_per_hour", "requests an hour"),
        ("error_rate", "share of failed requests"),
    ):
        if values[name] is not None:
            text.append(f"| {title} | {values[name]} |")
    if values["frequent_errors"]:
        text += ["", "## Frequent errors", ""] + [
            f"- {count}×: `{message}`" for message, count in values["frequent_errors"]
        ]
    return "\n".join(text) + "\n"


def main() -> int:
    seconds = float(sys.argv[1])
    since = time.time() - seconds
    report = Report(json.loads(os.environ["PATTERNS"]), since)
    for lines, source in sources(since):
        report.read(lines, source)
    values = report.values(seconds)
    artifacts = Path(os.environ["BELAY_ARTIFACTS"])
    (artifacts / "log-analysis.json").write_text(json.dumps(values, indent=2), "utf-8")
    (artifacts / "log-analysis.md").write_text(text := markdown(values), "utf-8")
    print(text)
    with open(os.environ["BELAY_OUTPUT"], "a", encoding="utf-8") as output:
        found = {
            "lines": report.lines,
            "errors": report.counts["error"],
            "counts": dict(report.counts),
            "p95_ms": values["p95_ms"] or 0.0,
            "average_ms": values["average_ms"] or 0.0,
            "error_rate": values["error_rate"] or 0.0,
        }
        for name, value in found.items():
            print(json.dumps({name: value}), file=output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
