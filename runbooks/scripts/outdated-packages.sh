#!/usr/bin/env bash
# Writes what is installed to packages.txt, and which of it is outdated to the step's outputs.
# usage: outdated-packages.sh      (in the environment: PYTHON, PIP_OPTIONS, PACKAGES, CRITICAL; empty PACKAGES means all)
set -euo pipefail

python3 -m pip --python "$PYTHON" freeze >"$BELAY_STEP_DIR/packages.txt"
# shellcheck disable=SC2086
python3 -m pip --python "$PYTHON" list --outdated --format=json $PIP_OPTIONS >"$BELAY_STEP_DIR/outdated.json"
python3 - "$BELAY_STEP_DIR/outdated.json" >>"$BELAY_OUTPUT" <<'PYTHON'
import json, os, sys

outdated = json.load(open(sys.argv[1]))
wanted = {name.lower() for name in os.environ["PACKAGES"].split()}
critical = {name.lower() for name in os.environ["CRITICAL"].split()}
updates = [p for p in outdated if not wanted or p["name"].lower() in wanted]
changes = "\n".join(f"- {p['name']} {p['version']} → {p['latest_version']}" for p in updates)
print(json.dumps({
    "updates": [f"{p['name']}=={p['latest_version']}" for p in updates],
    "critical": [p["name"] for p in updates if p["name"].lower() in critical],
    "changes": changes,
}))
print(changes or "nothing is outdated", file=sys.stderr)
PYTHON
