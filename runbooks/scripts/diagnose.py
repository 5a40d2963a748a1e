#!/usr/bin/env python3
"""Measures a host and a system, and says what to do about what is out of bounds.

usage: diagnose.py
in the environment, as JSON where it is a list or a mapping: TITLE, SYSTEM_HOME, HEALTH_URL, ENDPOINTS ({title, url}),
DATABASE, THRESHOLDS (of the profile), METRICS ({title, url, key, warn, fail}), ERRORS (lines with errors),
ANSWER_WITHIN (seconds). Writes NAME.json and NAME.md into $BELAY_ARTIFACTS; NAME is $REPORT.
"""

import json
import os
import re
import shutil
import sqlite3
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

SPANS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "": 1}
SEVERITIES = ("critical", "high", "medium")


def environment(name: str, default):
    return json.loads(os.environ.get(name) or json.dumps(default))


def is_beyond(value: float, limit: str | None) -> bool:
    """Whether a value is where a limit such as `> 80`, `>= 90%` or `500ms` (at most) says it should not be."""
    match = re.fullmatch(r"\s*(>=|<=|==|>|<)?\s*(\d+(?:\.\d+)?)\s*(%|ms|s|m|h)?\s*", str(limit or ""))
    if not match:
        return False
    number = float(match[2]) * SPANS.get(match[3] or "", 1)
    return {
        ">": value > number,
        ">=": value >= number,
        "<": value < number,
        "<=": value <= number,
        "==": value == number,
    }[match[1] or ">"]


class Diagnosis:
    def __init__(self) -> None:
        self.thresholds = environment("THRESHOLDS", {})
        self.patience = float(os.environ.get("ANSWER_WITHIN") or 10)
        self.values: dict[str, object] = {}
        self.recommendations: list[dict[str, str]] = []

    def recommend(self, severity: str, message: str, runbook: str = "") -> None:
        self.recommendations.append({"severity": severity, "message": message, "runbook": runbook})

    def judge(self, name: str, value: float, default: str, message: str, runbook: str = "") -> None:
        limits = self.thresholds.get(name) or {}
        if is_beyond(value, limits.get("fail")):
            self.recommend("critical", message, runbook)
        elif is_beyond(value, limits.get("warn") or (None if limits.get("fail") else default)):
            self.recommend("high", message, runbook)

    # MARK: The host

    def host(self) -> None:
        before, started = cpu_times(), time.monotonic()
        time.sleep(0.1)
        after = cpu_times()
        total = sum(after) - sum(before)
        cpu = round(100 * (1 - (after[3] + after[4] - before[3] - before[4]) / total), 1) if total else 0.0
        memory = dict(re.findall(r"^(\w+): +(\d+)", Path("/proc/meminfo").read_text(), re.MULTILINE))
        used = round(100 * (1 - int(memory["MemAvailable"]) / int(memory["MemTotal"])), 1)
        home = os.environ["SYSTEM_HOME"]
        room = shutil.disk_usage(home if os.path.isdir(home) else "/")
        disk = round(100 * room.used / room.total, 1)
        load = os.getloadavg()
        network = [line.split() for line in Path("/proc/net/dev").read_text().splitlines()[2:]]
        self.values["host"] = {
            "cpu_percent": cpu,
            "memory_percent": used,
            "disk_percent": disk,
            "disk_free": room.free,
            "load": [round(value, 2) for value in load],
            "cpus": os.cpu_count(),
            "received_bytes": sum(int(line[1]) for line in network),
            "sent_bytes": sum(int(line[9]) for line in network),
            "processes": sum(entry.isdigit() for entry in os.listdir("/proc")),
            "largest": largest_processes(),
            "took_ms": round(1000 * (time.monotonic() - started)),
        }
        self.judge(
            "cpu", cpu, "> 80", f"CPU is at {cpu} %: reduce worker threads, or turn caches on", "issue-resolution"
        )
        self.judge("memory", used, "> 85", f"memory is at {used} %: clear caches, or add memory", "issue-resolution")
        self.judge("disk", disk, "> 85", f"the disk is {disk} % full: remove old data and logs", "storage-cleanup")

    # MARK: The system

    def answers(self) -> None:
        endpoints = []
        slow, failing = [], []
        limits = self.thresholds.get("answer") or {}
        for endpoint in environment("ENDPOINTS", []):
            status, milliseconds, _ = fetch(endpoint["url"], self.patience)
            endpoints.append({"title": endpoint["title"], "status": status, "milliseconds": milliseconds})
            if status is None or status >= 400:
                failing.append(endpoint["title"])
            elif is_beyond(milliseconds, limits.get("warn") or "500ms"):
                slow.append(endpoint["title"])
        self.values["endpoints"] = endpoints
        if failing:
            message = (
                f"{', '.join(failing)} cannot be reached or failed: look at the configuration, restart the service"
            )
            self.recommend("critical", message, "issue-resolution")
        if slow:
            self.recommend(
                "medium", f"slow: {', '.join(slow)}; turn caches on, or look at the queries", "issue-resolution"
            )

    def health(self) -> None:
        url = os.environ.get("HEALTH_URL")
        if not url:
            return
        status, _, body = fetch(url, self.patience)
        document = parsed(body)
        self.values["status"] = document if document is not None else {"http": status}
        states = ("healthy", "ok", "up", "running", "operational")
        state = str(document.get("status", "")).lower() if isinstance(document, dict) else ""
        if status is None or status >= 400 or (state and state not in states):
            self.recommend(
                "critical", f"the system is not healthy ({state or status or 'no answer'})", "issue-resolution"
            )

    def metrics(self) -> None:
        bodies: dict[str, object] = {}
        found = {}
        for metric in environment("METRICS", []):
            url = metric["url"]
            if url not in bodies:
                bodies[url] = parsed(fetch(url, self.patience)[2])
            value = looked_up(bodies[url], metric["key"])
            found[metric["title"]] = value
            if not isinstance(value, (int, float)):
                self.recommend("medium", f"{metric['title']} is not published at {url}")
            elif is_beyond(value, metric.get("fail")):
                self.recommend("critical", f"{metric['title']} is {value} (fails: {metric['fail']})")
            elif is_beyond(value, metric.get("warn")):
                self.recommend("high", f"{metric['title']} is {value} (warns: {metric['warn']})")
        self.values["metrics"] = found

    def database(self) -> None:
        path = os.environ.get("DATABASE")
        if not path:
            return
        try:
            database = sqlite3.connect(f"file:{urllib.request.pathname2url(path)}?mode=ro", uri=True, timeout=5)
            started = time.monotonic()
            state = database.execute("PRAGMA quick_check(1)").fetchone()[0]
            tables = database.execute("SELECT count(*) FROM sqlite_master WHERE type = 'table'").fetchone()[0]
            took = round(1000 * (time.monotonic() - started), 1)
            size = os.path.getsize(path)
            self.values["database"] = {"state": state, "tables": tables, "bytes": size, "milliseconds": took}
            if state != "ok":
                self.recommend("critical", f"the database is damaged: {state}", "data-recovery")
            elif size > 1 << 30:
                self.recommend("medium", "the database is large: archive old rows", "data-retention")
        except sqlite3.Error as error:
            self.values["database"] = {"state": str(error)}
            self.recommend("critical", f"the database cannot be read: {error}", "data-recovery")

    def errors(self) -> None:
        count = int(os.environ.get("ERRORS") or 0)
        self.values["recent_errors"] = count
        if count > 0:
            self.recommend("medium", f"{count} recent lines of the logs tell of errors", "log-analysis")


def cpu_times() -> list[int]:
    return [int(value) for value in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]


def largest_processes() -> list[dict[str, object]]:
    processes = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            status = Path("/proc", entry, "status").read_text()
        except OSError:
            continue  # it has ended meanwhile
        resident = re.search(r"^VmRSS:\s+(\d+)", status, re.MULTILINE)
        if resident:
            processes.append((int(resident[1]) * 1024, int(entry), status.split("\n", 1)[0].split("\t")[1]))
    return [{"bytes": size, "pid": pid, "name": name} for size, pid, name in sorted(processes, reverse=True)[:5]]


def fetch(url: str, patience: float) -> tuple[int | None, float, bytes]:
    started = time.monotonic()
    try:
        with urllib.request.urlopen(url, timeout=patience) as answer:
            status, body = answer.status, answer.read(1 << 20)
    except urllib.error.HTTPError as error:
        status, body = error.code, error.read(1 << 20)
    except (OSError, ValueError):
        status, body = None, b""
    return status, round(1000 * (time.monotonic() - started), 1), body


def parsed(body: bytes):
    try:
        return json.loads(body)
    except ValueError:
        return None


def looked_up(document, key: str):
    for part in key.split("."):
        document = document.get(part) if isinstance(document, dict) else None
    return document


def markdown(diagnosis: Diagnosis) -> str:
    text = [f"# {os.environ.get('TITLE', '')}", "", "## What to do", ""]
    order = sorted(diagnosis.recommendations, key=lambda entry: SEVERITIES.index(entry["severity"]))
    for entry in order:
        runbook = f" (`belay run {entry['runbook']}`)" if entry["runbook"] else ""
        text.append(f"- **{entry['severity']}**: {entry['message']}{runbook}")
    if not order:
        text.append("Nothing: everything that was measured is within its bounds.")
    text += ["", "## What was measured", "", "```json", json.dumps(diagnosis.values, indent=2), "```"]
    return "\n".join(text) + "\n"


def main() -> int:
    diagnosis = Diagnosis()
    for part in (
        diagnosis.host,
        diagnosis.health,
        diagnosis.answers,
        diagnosis.metrics,
        diagnosis.database,
        diagnosis.errors,
    ):
        part()
    artifacts, name = Path(os.environ["BELAY_ARTIFACTS"]), os.environ.get("REPORT") or "diagnostics"
    document = {"values": diagnosis.values, "recommendations": diagnosis.recommendations}
    (artifacts / f"{name}.json").write_text(json.dumps(document, indent=2), "utf-8")
    (artifacts / f"{name}.md").write_text(text := markdown(diagnosis), "utf-8")
    print(text)
    severities = [entry["severity"] for entry in diagnosis.recommendations]
    with open(os.environ["BELAY_OUTPUT"], "a", encoding="utf-8") as output:
        for values in (
            {"critical": severities.count("critical")},
            {"recommendations": len(severities)},
            {"messages": [entry["message"] for entry in diagnosis.recommendations]},
        ):
            print(json.dumps(values), file=output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
