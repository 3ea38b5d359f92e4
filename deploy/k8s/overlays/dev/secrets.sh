#!/usr/bin/env bash
# Prints the secrets of this overlay with random values, as manifests. `kubectl create` refuses what exists, so that a second
# run changes nothing.
set -euo pipefail

hex() { od -An -v -tx1 -N32 /dev/urandom | tr -d ' \n'; }

secret() { # NAME KEY=VALUE…
  printf -- '---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: %s\n  namespace: bavn\nstringData:\n' "$1"
  shift
  for pair in "$@"; do
    printf '  %s: "%s"\n' "${pair%%=*}" "${pair#*=}"
  done
}

secret postgres "password=$(hex)"
for service in intake triage notify reporting; do
  password=$(hex)
  secret "$service-database-app" "password=$password" \
    "uri=postgres://$service:$password@postgres:5432/$service?sslmode=disable"
  secret "$service-keys" "tokens=$(hex)" "connections=$(hex)"
done
secret mail-references "keys=$(hex)" # of intake and notify together
secret gateway-keys "sessions=$(head -c 32 /dev/urandom | base64)"
