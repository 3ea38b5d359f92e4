# Everything that is done with Bavn, on a bare machine with Go, Node and make. `make` lists it.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules --no-print-directory
.DELETE_ON_ERROR:

# Pins of what is installed by version. The protobuf plugins are pinned in tools/go.mod.
BUF           := github.com/bufbuild/buf/cmd/buf@v1.75.0
SQLC          := github.com/sqlc-dev/sqlc/cmd/sqlc@v1.31.1
GOLANGCI_LINT := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
KUSTOMIZE     := sigs.k8s.io/kustomize/kustomize/v5@v5.8.2
VALIDATE      := sigs.k8s.io/kubectl-validate@v0.0.4
KO            := github.com/google/ko@v0.19.1
CRANE         := github.com/google/go-containerregistry/cmd/crane@v0.22.1
# Not installed: its schemas are what our certificates are checked against.
CERT_MANAGER  := github.com/cert-manager/cert-manager@v1.21.2

# Without gRPC's own trace pages, which nothing here shows: they bring a template engine whose reflection keeps every method of
# every type in the binary, 6 MB that each service would hold in memory. For tests too, so that both share what is compiled.
export GOFLAGS := $(GOFLAGS) -tags=grpcnotrace

BIN := $(CURDIR)/bin
export PATH := $(BIN):$(PATH)

# Modules that have code, as package patterns. What runs concurrently for a living is tested with the race detector.
patterns     = $(patsubst %,./%/...,$(1))
with_code    = $(foreach m,$(1),$(if $(shell find $(m) -name '*.go' -print -quit),$(m)))
MODULES     := $(call with_code,$(shell sed -n 's|^\t\./||p' go.work))
RACE_TESTED := $(filter platform process services/%,$(MODULES))
TESTED      := $(filter-out $(RACE_TESTED),$(MODULES))
WEB         := gateway/web
WEB_DEPS    := $(if $(wildcard $(WEB)/package.json),$(WEB)/node_modules/.package-lock.json)
COMMANDS    := $(patsubst %/main.go,./%,$(wildcard cmd/bavn/main.go services/*/cmd/*/main.go gateway/cmd/*/main.go))

.PHONY: help
help: ## list the commands
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | while IFS=$$'\t' read -r name what; do printf '  make %-12s %s\n' "$$name" "$$what"; done

## Run

.PHONY: run
run: build postgres ## set up what is missing, then run the whole suite (ARGS="--flag …" is passed on)
	@export BAVN_PG_BIN="$$(scripts/postgres_bin.sh)"; exec $(BIN)/bavn dev $(ARGS)

.PHONY: build
build: web ## build every binary into bin/
	@echo "build: $(notdir $(COMMANDS)) (the first time takes a few minutes)"
	@go build -o $(BIN)/ $(COMMANDS)

.PHONY: postgres
postgres:
	@echo "postgres: using $$(scripts/postgres_bin.sh)"

## Test

.PHONY: test
test: build postgres ## every test: Go (race detector where it counts), then the web page
	@export BAVN_PG_BIN="$$(scripts/postgres_bin.sh)"; race="$$(scripts/race_flag.sh)"; \
	echo "test: $(RACE_TESTED) $${race:+(race detector on)}"; \
	go test $$race -timeout=30m $(call patterns,$(RACE_TESTED)); \
	echo "test: $(TESTED) tools"; \
	$(if $(TESTED),go test -timeout=30m $(call patterns,$(TESTED));) \
	GOWORK=off go -C tools test ./...
	@$(MAKE) test-web

.PHONY: test-web
test-web: web ## the web page's own tests, in a browser where there is one
	@$(if $(WEB_DEPS),npm test --silent --prefix $(WEB))
	@$(if $(wildcard $(WEB)/playwright.config.*),! scripts/chromium.sh || npm run --silent --prefix $(WEB) test:e2e)

.PHONY: rules
rules: build postgres ## every rule of docs/requirements.md with the tests that show it, which are run, and what is open
	@export BAVN_PG_BIN="$$(scripts/postgres_bin.sh)"; mkdir -p out; \
	GOWORK=off go build -C tools -o $(CURDIR)/out/rules ./cmd/rules; out/rules $(ARGS)

.PHONY: accept
accept: build postgres ## the organisations' processes, walked step by step over gRPC and REST
	@export BAVN_PG_BIN="$$(scripts/postgres_bin.sh)"; go test -v -count=1 ./test/acceptance/... $(ARGS)

.PHONY: bench
bench: build postgres ## throughput, latency and memory next to pgbench; table on screen and out/bench.json
	@export BAVN_PG_BIN="$$(scripts/postgres_bin.sh)"; BAVN_BENCH=1 go test -v -count=1 -timeout=2h ./test/bench/... $(ARGS)
	@go test -run '^$$' -bench '^BenchmarkCommand$$' ./services/triage/internal/domain

.PHONY: bench-search
bench-search: build postgres ## suggestions among a million tickets, next to plain full-text ranking; out/bench-search.json
	@export BAVN_PG_BIN="$$(scripts/postgres_bin.sh)"; mkdir -p out; \
	BAVN_BENCH_SEARCH=1 go test -v -count=1 -timeout=2h -run='^TestBenchSearch$$' ./test/bench/... $(ARGS)

.PHONY: resilience
resilience: build postgres ## kill services and PostgreSQL under load, then prove that nothing was lost or doubled
	@export BAVN_PG_BIN="$$(scripts/postgres_bin.sh)"; BAVN_RESILIENCE=1 go test -v -count=1 -timeout=2h ./test/resilience/... $(ARGS)

# What meets by chance: writers, readers, leases. triage's own races are a thousand-fold each by themselves.
SOAKED := platform/feed platform/pg platform/jobs platform/request services/intake/internal/command

.PHONY: soak
soak: resilience ## what takes longer: the kill storms, fifty thousand mails (MAILS), what races TIMES over (20) under the race detector, ten thousand timers, FUZZ (2m) for each fuzz target
	@export BAVN_PG_BIN="$$(scripts/postgres_bin.sh)" BAVN_SOAK=1; \
	for package in $(SOAKED); do go test -race -count=$(or $(TIMES),20) -timeout=3h ./$$package || exit 1; done; \
	go test -race -count=1 -timeout=3h -skip '^TestTenThousandTimers$$' ./services/triage/app && \
	go test -count=1 -run '^TestStorm' -timeout=1h ./services/notify/internal/command && \
	go test -v -count=1 -run '^TestTenThousandTimers$$' -timeout=1h ./services/triage/app && \
	BAVN_SOAK_MAILS=$(MAILS) go test -v -count=1 -run '^TestMemoryStaysFlatOverFiftyThousandMails$$' -timeout=2h ./test/resilience && \
	scripts/fuzz.sh $(or $(FUZZ),2m)

## Check

.PHONY: lint
lint: bin/.golangci-lint bin/.buf proto_deps/.stamp tools/redocly/node_modules/.package-lock.json $(WEB_DEPS) ## Go, protos, OpenAPI, web page and shell scripts
	golangci-lint run --allow-serial-runners $(call patterns,$(MODULES))
	cd tools && GOWORK=off golangci-lint run --config ../.golangci.yml ./...
	buf lint
	buf format --diff --exit-code proto
	npm run --silent --prefix tools/redocly lint
	$(if $(WEB_DEPS),npm run --silent --prefix $(WEB) typecheck)
	for script in scripts/*.sh .ci/run; do bash -n "$$script"; done

.PHONY: fmt
fmt: bin/.golangci-lint ## format the Go code
	golangci-lint fmt $(MODULES) tools

.PHONY: gen
gen: bin/.plugins bin/.buf bin/.sqlc proto_deps/.stamp $(WEB_DEPS) ## regenerate what is generated and committed
	@mkdir -p out && scripts/generate.sh

.PHONY: gen-check
gen-check: gen ## prove that what is generated is current
	@scripts/generated_current.sh

.PHONY: breaking
breaking: bin/.buf proto_deps/.stamp ## compare the contract with the last release
	@scripts/breaking.sh

.PHONY: modules
modules: ## build every module alone and check its go.mod
	@scripts/modules.sh

.PHONY: manifests
manifests: bin/.kustomize bin/.validate ## render the Kubernetes manifests, check them against its API and our programs
	@scripts/manifests.sh $(CERT_MANAGER)
	@BAVN_MANIFESTS=$(CURDIR)/out/manifests go test -count=1 ./test/manifests/...

.PHONY: images
images: bin/.ko bin/.crane web ## build the OCI images into out/images
	@scripts/images.sh $(COMMANDS)

## Web: built before any Go that embeds it

WEB_SOURCES := $(shell find $(WEB) -type d \( -name node_modules -o -name dist -o -name test-results -o -name playwright-report \) -prune \
	-o -type f ! -name '*.go' -print 2>/dev/null)

.PHONY: web
web: $(if $(WEB_DEPS),$(WEB)/dist/index.html) ## build the web page if its sources changed

$(WEB)/dist/index.html: $(WEB_SOURCES) $(WEB_DEPS)
	@echo "web: building"
	@npm run --silent --prefix $(WEB) build

%/node_modules/.package-lock.json: %/package-lock.json
	@echo "npm: installing for $*"
	@npm ci --no-audit --no-fund --loglevel=error --prefix $*
	@touch $@

## Tools: built once into bin/, and again when a pin changes

.SECONDARY:
bin/.buf:           PACKAGE = $(BUF)
bin/.sqlc:          PACKAGE = $(SQLC)
bin/.golangci-lint: PACKAGE = $(GOLANGCI_LINT)
bin/.kustomize:     PACKAGE = $(KUSTOMIZE)
bin/.validate:      PACKAGE = $(VALIDATE)
bin/.ko:            PACKAGE = $(KO)
bin/.crane:         PACKAGE = $(CRANE)

bin/.buf bin/.sqlc bin/.golangci-lint bin/.kustomize bin/.validate bin/.ko bin/.crane: Makefile
	@if [[ "$$(cat $@ 2>/dev/null)" != "$(PACKAGE)" ]]; then \
		echo "tools: installing $(PACKAGE)"; mkdir -p bin; \
		GOWORK=off GOBIN=$(BIN) CGO_ENABLED=0 go install $(PACKAGE); \
	fi; echo "$(PACKAGE)" > $@

bin/.plugins: tools/go.mod tools/go.sum $(wildcard tools/cmd/*/*.go tools/cmd/*/*.yaml)
	@echo "tools: installing the protobuf plugins"
	@GOWORK=off GOBIN=$(BIN) CGO_ENABLED=0 go -C tools install tool ./cmd/...
	@touch $@

proto_deps/.stamp: bin/.plugins
	@protodeps proto_deps
	@touch $@
