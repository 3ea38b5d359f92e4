#!/usr/bin/env bash
# Fails when what is generated and committed differs from what `make gen` just wrote. `make gen-check` calls both.
set -euo pipefail
cd "$(dirname "$0")/.."

folders=(gen/go profiles/profile.schema.json docs/process)
for config in services/*/sqlc.yaml; do
  [[ -e $config ]] || continue
  while read -r out; do
    folders+=("$(dirname "$config")/$out")
  done < <(sed -n 's/^ *out: *"\{0,1\}\([^"]*\)"\{0,1\} *$/\1/p' "$config")
done
[[ -e gateway/web/src ]] && folders+=(gateway/web/src)

git diff --exit-code --stat -- "${folders[@]}" || stale=1
untracked=$(git ls-files --others --exclude-standard -- "${folders[@]}")
if [[ -n ${stale:-}$untracked ]]; then
  [[ -z $untracked ]] || echo "not committed: $untracked"
  echo "Generated code is not what its sources give: run 'make gen' and commit the result." >&2
  exit 1
fi
echo "generated code is current"
