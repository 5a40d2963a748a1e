#!/usr/bin/env python3
"""What ran before an emergency shutdown, and the report about it.

usage: shutdown-report.py before                  writes before.txt into $BELAY_ARTIFACTS; never takes long
       shutdown-report.py write DIRECTORY NAME    writes DIRECTORY/NAME.md
in the environment for `write`: TITLE, BY, REASON, STARTED, OUTCOMES (what was done and how it went, as JSON)
"""

import json
import os
import sys
from pathlib import Path

NEXT = (
    "Investigate the cause of the emergency",
    "Verify the state of the system: belay run emergency-assessment",
    "Test the system before it is started again: belay run health-check, once it is up",
    "Document the incident: belay run incident-response",
)


def before() -> None:
    lines = [f"load: {' '.join(Path('/proc/loadavg').read_text().split()[:3])}", "", "processes:"]
    for entry in sorted((name for name in os.listdir("/proc") if name.isdigit()), key=int):
        try:
            words = Path("/proc", entry, "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        except OSError:
            continue  # it has ended meanwhile
        if words:
            lines.append(f"{entry:>8}  {words[:200]}")
    Path(os.environ["BELAY_ARTIFACTS"], "before.txt").write_text("\n".join(lines) + "\n", "utf-8")
    print("\n".join(lines))


def write(directory: str, name: str) -> None:
    outcomes = json.loads(os.environ["OUTCOMES"])
    text = [
        "# Emergency shutdown report",
        "",
        f"- System: {os.environ['TITLE']}",
        f"- Time: {os.environ['STARTED']}",
        f"- Initiated by: {os.environ['BY']}",
        f"- Reason: {os.environ['REASON']}",
        "",
        "## What was done",
        "",
    ]
    text += [f"- {what}: {how}" for what, how in outcomes.items()]
    text += ["", "## Next steps", ""] + [f"{number}. {step}" for number, step in enumerate(NEXT, 1)]
    record = Path(os.environ["BELAY_ARTIFACTS"], "before.txt")
    if record.exists():
        text += ["", "## The host before the shutdown", "", "```", record.read_text("utf-8").rstrip(), "```"]
    place = Path(directory)
    place.mkdir(parents=True, exist_ok=True)
    (place / f"{name}.md").write_text("\n".join(text) + "\n", "utf-8")
    print(place / f"{name}.md")


if __name__ == "__main__":
    before() if sys.argv[1] == "before" else write(*sys.argv[2:4])
