#!/usr/bin/env bash
# Lets every fuzz target of the repository look for what breaks it, one after the other: scripts/fuzz.sh [TIME] [TARGET]. What it finds
# is written to the target's testdata/fuzz and fails from then on in `make test`. With KEEP=n, n of the inputs that taught it most are kept
# there too, small ones first, so that `make test` replays them everywhere.
set -euo pipefail
cd "$(dirname "$0")/.."

time=${1:-1m} only=${2:-Fuzz} keep=${KEEP:-0}
largest=4096 # bytes of an input that is kept

cache() { echo "$(go env GOCACHE)/fuzz/$(cd "$1" && go list .)/$2"; }

# kept copies inputs from the cache that `go test -fuzz` fills to where `go test` replays them.
kept() {
  local from to input
  from=$(cache "$1" "$2") to=$1/testdata/fuzz/$2
  [[ -d $from ]] || return 0
  mkdir -p "$to"
  find "$from" -type f -size -"$largest"c -printf '%s %p\n' | sort -n | head -n "$keep" | while read -r _ input; do
    cp -n "$input" "$to/"
  done
}

grep -rlE --include='*_test.go' '^func Fuzz' platform process services gateway cmd | sort | while read -r file; do
  folder=$(dirname "$file")
  for target in $(sed -nE 's/^func (Fuzz[A-Za-z0-9_]*)\(.*/\1/p' "$file"); do
    [[ $target == $only* ]] || continue
    echo "fuzz: $target in $folder for $time"
    go test -run='^$' -fuzz="^$target\$" -fuzztime="$time" "./$folder"
    if ((keep > 0)); then kept "$folder" "$target"; fi
  done
done
