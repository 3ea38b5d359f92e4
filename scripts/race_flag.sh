#!/usr/bin/env bash
# Prints -race when the race detector can work: it needs a C compiler, which is installed when root can.
set -euo pipefail

if ! command -v cc >/dev/null && [[ $EUID -eq 0 ]] && command -v apt-get >/dev/null; then
  echo "race detector: no C compiler; installing Debian's gcc" >&2
  { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -yq --no-install-recommends gcc libc6-dev; } >&2
fi
if command -v cc >/dev/null; then
  echo "-race"
else
  echo "race detector: OFF, because there is no C compiler and no way to install one" >&2
fi
