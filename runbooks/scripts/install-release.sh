#!/usr/bin/env bash
# Unpacks a release and points the link at it; each in one move, the link last. Running it again changes nothing.
# usage: install-release.sh ARCHIVE RELEASES/VERSION LINK      (the archive holds the directory VERSION/)
set -euo pipefail
archive=$1 release=$2 link=$3
version=$(basename "$release")

staging=$(dirname "$release")/.$version.new
trap 'rm -rf -- "$staging"' EXIT
rm -rf -- "$staging"
mkdir -p -- "$staging"
tar -xzf "$archive" -C "$staging" --no-same-owner "$version"
rm -rf -- "$release"
mv -T -- "$staging/$version" "$release"

rm -f -- "$link.new"
ln -s -- "$release" "$link.new"
mv -T -- "$link.new" "$link"
echo "$link -> $release"
