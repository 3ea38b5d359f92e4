#!/usr/bin/env bash
# Succeeds when Debian's chromium is there for the browser tests, and installs it when root can.
set -euo pipefail

if ! command -v chromium >/dev/null && [[ $EUID -eq 0 ]] && command -v apt-get >/dev/null; then
  echo "browser tests: no chromium; installing Debian's"
  apt-get update -q
  DEBIAN_FRONTEND=noninteractive apt-get install -yq --no-install-recommends chromium
fi
command -v chromium >/dev/null || { echo "browser tests: SKIPPED, because there is no chromium and no way to install it"; exit 1; }
