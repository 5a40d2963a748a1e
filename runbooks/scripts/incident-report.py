#!/usr/bin/env python3
"""The report of an incident, with the timeline of the run that handled it.

usage: incident-report.py DIRECTORY NUMBER
in the environment: INCIDENT (what is known, as JSON). Writes incident_report.json and incident_report.md into
DIRECTORY/NUMBER, beside a copy of the evidence in $BELAY_ARTIFACTS.
"""

import datetime
import json
import os
import shutil
import sys
import urllib.parse
from pathlib import Path


def timeline(run: Path) -> list[dict[str, str]]:
    """When each attempt of each step began, by the directories of the attempts."""
    entries = []
    for attempt in run.glob("steps/*/*"):
        if attempt.is_dir() and attempt.name.isdigit():
            record = attempt / "attempt"
            moments = [attempt.stat().st_mtime] + ([record.stat().st_mtime] if record.exists() else [])
            entries.append((min(moments), max(moments), urllib.parse.unquote(attempt.parent.name)))
    return [{"began": clock(began), "ended": clock(ended), "step": step} for began, ended, step in sorted(entries)]


def clock(seconds: float) -> str:
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).isoformat(timespec="seconds")


def markdown(report: dict) -> str:
    text = [f"# Incident {report['incident_id']}", ""]
    text += [f"- {name.replace('_', ' ')}: {shown(value)}" for name, value in report.items() if name != "timeline"]
    text += ["", "## Timeline", "", "| began | ended | step |", "| --- | --- | --- |"]
    text += [f"| {entry['began']} | {entry['ended']} | {entry['step']} |" for entry in report["timeline"]]
    return "\n".join(text) + "\n"


def shown(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def main() -> int:
    place = Path(sys.argv[1], sys.argv[2])
    place.mkdir(parents=True, exist_ok=True, mode=0o750)
    run = Path(os.environ["BELAY_STEP_DIR"]).parents[2]
    report = {"incident_id": sys.argv[2], **json.loads(os.environ["INCIDENT"]), "timeline": timeline(run)}
    shutil.copytree(os.environ["BELAY_ARTIFACTS"], place / "evidence", dirs_exist_ok=True)
    (place / "incident_report.json").write_text(json.dumps(report, indent=2), "utf-8")
    (place / "incident_report.md").write_text(text := markdown(report), "utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
