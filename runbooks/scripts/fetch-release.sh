#!/usr/bin/env bash
# Copies or downloads the archive of a release into the step's directory, and reads it to its end.
# usage: fetch-release.sh PATH|URL      (in the environment: BELAY_STEP_DIR)
set -euo pipefail
archive=$1 copy=$BELAY_STEP_DIR/release.tgz

case $archive in
http://* | https://*) curl --fail --silent --show-error --location --output "$copy" -- "$archive" ;;
*) cp -- "$archive" "$copy" ;;
esac
tar -tzf "$copy" >/dev/null
echo "$archive: $(stat -c %s "$copy") bytes"
