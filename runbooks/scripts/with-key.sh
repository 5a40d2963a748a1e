#!/usr/bin/env bash
# Runs a command with a key in a variable: that of $NEW_KEY, or with FILE the one that stands there.
# usage: with-key.sh VARIABLE [--from FILE] COMMAND…
set -euo pipefail
variable=$1
shift
if [[ ${1:-} == --from ]]; then
    line=$(grep -E "^(export )?$variable=" -- "$2" | tail -n 1)
    value=${line#*=}
    # A value may be quoted; what was written must be what the service reads.
    value=${value%%[[:space:]]#*}                # a comment
    if [[ $value =~ ^\"(.*)\"$ || $value =~ ^\'(.*)\'$ ]]; then value=${BASH_REMATCH[1]}; fi
    shift 2
    [[ -z ${NEW_KEY:-} || $value == "$NEW_KEY" ]] || { echo "$variable does not have the new value" >&2; exit 1; }
else
    value=$NEW_KEY
fi
unset NEW_KEY
export "$variable=$value"
exec "$@"
