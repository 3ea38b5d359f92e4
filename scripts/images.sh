#!/usr/bin/env bash
# Builds one small image per command given (./services/triage/cmd/triage …) as an OCI layout in out/images/NAME, and looks into
# each: the user, the entry point, what is inside, the size. Nothing is pulled: the base is made here. Nothing leaves the
# machine: push with `crane push out/images/NAME REGISTRY/NAME:TAG`.
set -euo pipefail
cd "$(dirname "$0")/.."

nobody=65532 # the user that distroless images use, known to everyone who writes pod security rules
largest=$((40 << 20))

scratch=$(mktemp -d)
trap 'kill "${registry:-}" 2>/dev/null || true; rm -rf "$scratch"' EXIT

# quietly says what a tool said only if it failed.
quietly() { "$@" >"$scratch/said" 2>&1 || { cat "$scratch/said" >&2; return 1; }; }

# ko takes its base from a registry only, so one is served from a folder while the images are built.
crane registry serve --address 127.0.0.1:0 --disk "$scratch" 2>"$scratch/registry.log" &
registry=$!
for _ in {1..100}; do
  port=$(sed -n 's/.*serving on port \([0-9]*\).*/\1/p' "$scratch/registry.log")
  [[ -n $port ]] && break
  kill -0 "$registry"
  sleep 0.1
done
local=127.0.0.1:$port

# The base: a user without rights, somewhere to write, and the certificates of public authorities.
root=$scratch/root
mkdir -p "$root/etc/ssl/certs" "$root/tmp"
chmod 1777 "$root/tmp"
echo "bavn:x:$nobody:$nobody:bavn:/tmp:/sbin/nologin" > "$root/etc/passwd"
echo "bavn:x:$nobody:" > "$root/etc/group"
if [[ -r /etc/ssl/certs/ca-certificates.crt ]]; then
  cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
else
  echo "images: this machine has no ca-certificates, so an image trusts nobody outside: mount some and set SSL_CERT_FILE" >&2
fi
tar --create --file "$scratch/base.tar" --directory "$root" --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0 .
quietly crane append --oci-empty-base --new_layer "$scratch/base.tar" --new_tag "$local/base"
quietly crane mutate "$local/base" --tag "$local/base" --user "$nobody:$nobody" --set-platform linux/amd64

refuse() { echo "images: $*" >&2; exit 1; }

# inspect NAME refuses an image that would not run as the manifests in deploy/k8s want it, and prints one line about it.
inspect() {
  local name=$1 image=$local/$1 config files bytes
  quietly crane push "out/images/$name" "$image"
  quietly crane validate --remote "$image"
  config=$(crane config "$image")
  for wanted in "\"User\":\"$nobody" "\"Entrypoint\":[\"/ko-app/$name\"]" '"architecture":"amd64"'; do
    [[ $config == *"$wanted"* ]] || refuse "the configuration of $name has no $wanted: $config"
  done
  files=$(crane export "$image" - | tar --list --absolute-names --file -)
  for file in "ko-app/$name" etc/passwd; do
    grep -qE "^\.?/?$file\$" <<< "$files" || refuse "$name lacks /$file"
  done
  ! grep -E '(^|/)(sh|bash|busybox)$' <<< "$files" || refuse "$name has a shell, which only an intruder needs"
  bytes=$(crane manifest "$image" | grep -o '"size":[0-9]*' | awk -F: '{ sum += $2 } END { print sum }')
  ((bytes <= largest)) || refuse "$name has $bytes bytes, more than $largest"
  awk -v name="$name" -v bytes="$bytes" -v user="$nobody" -v digest="$(crane digest "$image")" \
    'BEGIN { printf "%-10s %5.1f MiB  user %s  %s\n", name, bytes / 1048576, user, digest }'
}

rm -rf out/images
for command in "$@"; do
  name=$(basename "$command")
  KO_DOCKER_REPO=bavn.local KO_DEFAULTBASEIMAGE=$local/base quietly \
    ko build --push=false --insecure-registry --sbom=none --image-user "$nobody" --platform linux/amd64 \
    --ldflags=-s --ldflags=-w --oci-layout-path "out/images/$name" "$command"
  inspect "$name"
done
echo "images: $# in out/images, each with no shell and no rights"
