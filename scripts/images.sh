#!/usr/bin/env bash
# Builds one small image per command given (./services/triage/cmd/triage …) as an OCI layout in out/images/NAME.
# Nothing is pulled or pushed: the base is made here. Push with `crane push out/images/NAME REGISTRY/NAME:TAG`.
set -euo pipefail
cd "$(dirname "$0")/.."

nobody=65532 # the user that distroless images use, known to everyone who writes pod security rules

scratch=$(mktemp -d)
trap 'kill "${registry:-}" 2>/dev/null || true; rm -rf "$scratch"' EXIT

# ko takes its base from a registry only, so one is served from a folder while the images are built.
crane registry serve --address 127.0.0.1:0 --disk "$scratch" 2>"$scratch/registry.log" &
registry=$!
for _ in {1..100}; do
  port=$(sed -n 's/.*serving on port \([0-9]*\).*/\1/p' "$scratch/registry.log")
  [[ -n $port ]] && break
  kill -0 "$registry"
  sleep 0.1
done
base=127.0.0.1:$port/base

# The base: a user without rights, somewhere to write, and the certificates of public authorities.
root=$scratch/root
mkdir -p "$root/etc/ssl/certs" "$root/tmp"
chmod 1777 "$root/tmp"
echo "bavn:x:$nobody:$nobody:bavn:/tmp:/sbin/nologin" > "$root/etc/passwd"
echo "bavn:x:$nobody:" > "$root/etc/group"
if [[ -r /etc/ssl/certs/ca-certificates.crt ]]; then
  cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
fi
tar --create --file "$scratch/base.tar" --directory "$root" --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0 .
crane append --oci-empty-base --new_layer "$scratch/base.tar" --new_tag "$base" >/dev/null
crane mutate "$base" --tag "$base" --user "$nobody:$nobody" --set-platform linux/amd64 >/dev/null

rm -rf out/images
for command in "$@"; do
  name=$(basename "$command")
  KO_DOCKER_REPO=bavn.local KO_DEFAULTBASEIMAGE=$base \
    ko build --push=false --insecure-registry --sbom=none --image-user "$nobody" --platform linux/amd64 \
    --ldflags=-s --ldflags=-w --oci-layout-path "out/images/$name" "$command" >/dev/null
  grep -rqs "\"User\":\"$nobody" "out/images/$name/blobs" || { echo "images: $name would run as root" >&2; exit 1; }
  printf 'image: %-10s %s\n' "$name" "$(du -sh "out/images/$name" | cut -f1)"
done
