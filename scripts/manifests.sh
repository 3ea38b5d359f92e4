#!/usr/bin/env bash
# Renders every overlay of deploy/k8s and checks the result against the API of Kubernetes and of cert-manager, whose module is
# given (github.com/cert-manager/cert-manager@VERSION). Needs no cluster.
set -euo pipefail
cd "$(dirname "$0")/.."

kubernetes=1.30 # the newest whose schemas kubectl-validate brings along

rm -rf out/manifests
mkdir -p out/manifests
for overlay in deploy/k8s/overlays/*/; do
  name=$(basename "$overlay")
  kustomize build "$overlay" > "out/manifests/$name.yaml"
  if [[ -x $overlay/secrets.sh ]]; then
    (umask 077 && "$overlay/secrets.sh" > "out/manifests/$name-secrets.yaml")
  fi
done

module=$(cd / && GOWORK=off GOFLAGS='' go mod download -json "$1" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
kubectl-validate out/manifests/*.yaml --version "$kubernetes" --local-crds "${module:?no module $1}/deploy/crds"
rm -f out/manifests/*-secrets.yaml
for rendered in out/manifests/*.yaml; do
  printf 'manifests: %-26s %3d objects\n' "$rendered" "$(grep -c '^kind: ' "$rendered")"
done
