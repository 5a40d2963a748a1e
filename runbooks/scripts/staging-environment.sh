#!/usr/bin/env bash
# Installs the requirements with some packages at new versions into a scratch environment, and checks that they fit
# together. Leaves requirements.txt with the new versions and venv/ in the step's directory.
# usage: staging-environment.sh NAME==VERSION…      (in the environment: PYTHON, REQUIREMENTS, PIP_OPTIONS)
set -euo pipefail
staged=$BELAY_STEP_DIR/requirements.txt venv=$BELAY_STEP_DIR/venv

# Lines of packages that get a new version are replaced; everything else stays as it is.
python3 - "$REQUIREMENTS" "$@" >"$staged" <<'PYTHON'
import re, sys

updates = {pin.split("==")[0].lower().replace("_", "-"): pin for pin in sys.argv[2:]}
for line in open(sys.argv[1]):
    name = re.match(r"[A-Za-z0-9._-]+", line.strip())
    key = name.group().lower().replace("_", "-") if name else None
    print(updates.pop(key) if key in updates else line.rstrip("\n"))
PYTHON
"$PYTHON" -m venv --without-pip "$venv"
# shellcheck disable=SC2086
python3 -m pip --python "$venv/bin/python" install --quiet $PIP_OPTIONS -r "$staged"
python3 -m pip --python "$venv/bin/python" check
