#!/usr/bin/env bash
# The loop that remembers nothing: runs /bin/true N times (default 1000) and prints what one took.
set -euo pipefail
steps=${1:-1000}
start=${EPOCHREALTIME/./}
for ((i = 0; i < steps; i++)); do
    /bin/true
done
total=$((${EPOCHREALTIME/./} - start))
echo "bash loop: $steps steps, $((total / steps)) us a step, $((total / 1000)) ms in all"
