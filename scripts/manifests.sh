#!/usr/bin/env bash
# Renders every overlay of deploy/k8s and checks the result against the Kubernetes API, offline.
set -euo pipefail
cd "$(dirname "$0")/.."

kubernetes=1.30 # the newest whose schemas kubectl-validate brings along

rm -rf out/manifests
mkdir -p out/manifests
for overlay in deploy/k8s/overlays/*/kustomization.yaml; do
  [[ -e $overlay ]] || { echo "manifests: no overlay in deploy/k8s/overlays" >&2; exit 1; }
  name=$(basename "$(dirname "$overlay")")
  kustomize build "$(dirname "$overlay")" > "out/manifests/$name.yaml"
done
kubectl-validate out/manifests/*.yaml --version "$kubernetes"
