#!/usr/bin/env bash
# Compares the contract with that of the last release: nothing that a client relies on may change (WIRE_JSON).
set -euo pipefail
cd "$(dirname "$0")/.."

if ! tag=$(git describe --tags --abbrev=0 2>/dev/null); then
  echo "breaking: no release is tagged yet, nothing to compare with"
  exit
fi
echo "breaking: comparing with $tag"
rm -rf out/breaking
mkdir -p out/breaking
git archive "$tag" buf.yaml proto | tar -x -C out/breaking
cp -r proto_deps out/breaking/ # not in git: both sides use the printed ones
buf breaking --against out/breaking
