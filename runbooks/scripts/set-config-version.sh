#!/usr/bin/env bash
# Sets the top-level `version` of a YAML file and leaves every other line as it is. Running it again changes nothing.
# usage: set-config-version.sh FILE VERSION
set -euo pipefail
file=$1 version=$2

[[ $version =~ ^[0-9A-Za-z.+-]+$ ]] || { echo "not a version: $version" >&2; exit 2; }
count=$(grep -c '^version:' -- "$file") || true
[[ $count == 1 ]] || { echo "$file has $count lines with a top-level 'version', not one" >&2; exit 1; }

new=$(mktemp -- "$file.XXXXXX")
trap 'rm -f -- "$new"' EXIT
line="version: \"$version\"" awk '/^version:/ { print ENVIRON["line"]; next } { print }' "$file" >"$new"
chmod --reference="$file" -- "$new"
# Only root can give a file away, and only then can it have another owner.
[[ $EUID != 0 ]] || chown --reference="$file" -- "$new"
sync -- "$new"
mv -T -- "$new" "$file"
trap - EXIT
echo "$file is at $version"
