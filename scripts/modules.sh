#!/usr/bin/env bash
# Proves that every module stands alone: it builds without the workspace, and its go.mod says exactly what it needs.
set -euo pipefail
cd "$(dirname "$0")/.."
export GOWORK=off

failed=()
for module in $(git ls-files -- 'go.mod' '*/go.mod'); do
  folder=$(dirname "$module")
  [[ -n $(find "$folder" -name '*.go' -print -quit) ]] || continue
  echo "module: $folder"
  (cd "$folder" && go build ./... && go mod tidy -diff) || failed+=("$folder")
done
if ((${#failed[@]})); then
  echo "modules: not in order: ${failed[*]} (run 'go mod tidy' there; sibling modules need a replace)" >&2
  exit 1
fi
