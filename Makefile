# Awesome Pizza: one file for everything a person or CI does with the project. `make` alone lists the targets.
# Nothing is done twice: what a target makes is a file that depends on what it was made from.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules --no-print-directory

version := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
tools   := .cache/tools

# ---- what people call -------------------------------------------------------------------------------------------

.PHONY: help run build test check bench sim hurt fmt clean
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: build need-postgres ## a whole chain on this machine: ARGS="--restaurants 3 --speed 10" reach bin/local, Ctrl-C ends it
	@exec bin/local --bicycles 0.3 $(ARGS)

build: bin/edge bin/cloud bin/firmware-sim bin/local ## the web pages and the four programs, into bin/

test: test-go test-web test-system test-figures test-browser ## every test: Go with the race detector, web, browser, whole system, promised figures

# What is checked is the change: CI lives the same histories each time, from the first on. New ones are for make sim, by night.
check: SEED := 1
check: fmt-check lint web-check gen-check vuln sim test ## what CI runs: format, linters, generated files, vulnerabilities, two minutes of make sim, then make test

# MDRP names the folder of the public meal delivery instances (github.com/grubhub/mdrplib), which are not part of this repository; DAYS says
# which of them are played: a sample of small ones takes minutes, DAYS='*' all.
MDRP ?=
DAYS ?= ?[or]50t100s[12]p100
bench: build bin/nats-server need-postgres ## the benchmarks, written to docs/benchmarks; MDRP=folder plays meal delivery days, too
	@mkdir -p docs/benchmarks
	go test -run '^$$' -bench . -skip CatchUp -benchmem ./shared/... ./edge/... ./cloud/... ./firmware-sim/... | tee docs/benchmarks/go.txt
	go test -run '^$$' -bench CatchUp -benchtime 20000x ./cloud/downlink | tee -a docs/benchmarks/go.txt
	go run ./deploy/bench
	go test -count=1 -timeout 15m -v ./deploy/e2e -run '^TestPhonesBringARushThoughACoreDies$$' -hurt 1s | tee docs/benchmarks/rush.txt
	@if [ -d "$(MDRP)" ]; then $(MAKE) --no-print-directory bench-dispatch; \
	else echo "no meal delivery days were played: MDRP=folder names the folder of the public instances, MDRP is '$(MDRP)'"; fi

.PHONY: bench-dispatch
bench-dispatch: bin/cloud ## meal delivery days played by the dispatch engine: MDRP=folder, DAYS='0o*' which
	@[ -d "$(MDRP)" ] || { echo "MDRP=folder names the folder of the public instances (github.com/grubhub/mdrplib); MDRP is '$(MDRP)'" >&2; exit 2; }
	@mkdir -p .cache/mdrp
	@for c in N P E; do \
		bin/cloud dispatch bench --instances "$(MDRP)" --only '$(DAYS)' --category $$c --out .cache/mdrp/$$c --spent || exit 1; echo; \
	done | tee .cache/mdrp/tables.md
	@bin/cloud dispatch bench --instances "$(MDRP)" --only '$(DAYS)' --category P --cities 10 | tee -a .cache/mdrp/tables.md
	@bin/cloud dispatch bench --instances "$(MDRP)" --only '$(DAYS)' --category P --declines 20 | tee -a .cache/mdrp/tables.md
	@echo "tables, plots and solutions are in .cache/mdrp"

ifndef SEED
SEED := $(shell date +%s%N)
endif
FOR ?= 2m
sim: need-go ## the link's simulator: SEED=n lives that history and those after it, FOR=2m how long, no race detector
	@echo "make sim SEED=$(SEED) FOR=$(FOR)"
	go test -count=1 -timeout 0 -v -run '^TestNoHistoryBreaksAPromise$$' ./shared/link/linksim -linksim.seed=$(SEED) -linksim.for=$(FOR)

HURT ?= 5m
hurt: build bin/nats-server need-postgres ## the real chain hurt on purpose: HURT=5m is how long each story does it
	@echo "make hurt HURT=$(HURT)"
	$(week) -orders 3000
	go test -count=1 -timeout 12h -parallel 1 -v ./deploy/e2e -run '$(figures)' -hurt $(HURT)
	go test -count=1 -timeout 12h -parallel 4 -v ./deploy/e2e -skip '$(figures)' -hurt $(HURT)

fmt: $(tools)/gofumpt-v0.12.0 ## the Go code, formatted
	@$< -w $(go_dirs)

clean: ## forget everything that was built or installed in this folder (not data/)
	rm -rf bin .cache $(web:%=%/node_modules)
	find $(pages) -path '*/dist/*' ! -name .keep -delete

# ---- programs ---------------------------------------------------------------------------------------------------

pages   := edge/web cloud/web
web     := shared/ui $(pages)
go_dirs := $(wildcard cloud deploy docs edge firmware-sim shared)

# sources lists what a program is made of: every file of the folders but tests, npm's things and what is compiled into dist.
sources = $(shell find $(wildcard $1) \( -name node_modules -o -name dist -o -name testdata \) -prune -o -type f ! -name '*_test.go' ! -path '*/web/src/*' -print)

compile = go build -trimpath -ldflags '-s -w -X awesome.pizza/shared/watch.Version=$(version)' -o $@ ./$1 && touch $@

bin/edge: export CGO_ENABLED := 0
bin/edge: $(call sources,edge shared) edge/web/dist/index.html go.mod go.sum .cache/version | need-go
	$(call compile,edge/cmd/edge)

bin/cloud: export CGO_ENABLED := 0
bin/cloud: $(call sources,cloud shared) cloud/web/dist/index.html go.mod go.sum .cache/version | need-go
	$(call compile,cloud/cmd/cloud)

bin/firmware-sim: export CGO_ENABLED := 0
bin/firmware-sim: $(call sources,firmware-sim shared) go.mod go.sum .cache/version | need-go
	$(call compile,firmware-sim)

bin/local: export CGO_ENABLED := 0
bin/local: $(call sources,deploy/local shared) go.mod go.sum .cache/version | need-go
	$(call compile,deploy/local)

# A hub of one's own, for the tests that run one beside the core.
bin/nats-server: export CGO_ENABLED := 0
bin/nats-server: go.mod go.sum | need-go
	go build -trimpath -ldflags '-s -w' -o $@ github.com/nats-io/nats-server/v2 && touch $@

# The version is a file that changes only when the version does, so that a new commit links again and nothing else does.
.PHONY: always
.cache/version: always
	@mkdir -p $(@D)
	@[ "$$(cat $@ 2>/dev/null)" = '$(version)' ] || echo '$(version)' >$@

# ---- pages ------------------------------------------------------------------------------------------------------

# npm writes node_modules/.package-lock.json last. One project installs after the other: both link shared/ui.
%/node_modules/.package-lock.json: %/package.json %/package-lock.json | need-node
	cd $* && npm ci --no-audit --no-fund
	@touch $@

edge/web/node_modules/.package-lock.json cloud/web/node_modules/.package-lock.json: shared/ui/node_modules/.package-lock.json
cloud/web/node_modules/.package-lock.json: | edge/web/node_modules/.package-lock.json

page_sources = $(shell find $(wildcard $1) \( -name node_modules -o -name dist \) -prune -o -type f ! -name '*.test.ts' ! -name '*.go' -print)

edge/web/dist/index.html: $(call page_sources,edge/web shared/ui)
cloud/web/dist/index.html: $(call page_sources,cloud/web shared/ui)
%/dist/index.html: %/node_modules/.package-lock.json
	cd $* && npm run build
	@test -f $@ || { echo "npm run build in $* wrote no dist/index.html" >&2; exit 1; }
	@touch $@

# ---- tests ------------------------------------------------------------------------------------------------------

.PHONY: test-go test-web test-system test-figures test-browser
# SQLite is C that was turned into Go; its memory is not Go's, so the race detector sees nothing in there. Watching it all the same would
# take more than half of the time that the edge's tests take. Its driver, modernc.org/sqlite itself, is watched like everything else.
blind := -race=false -d=checkptr=0
race  := -race $(foreach p,sqlite/lib libc memory,-gcflags='modernc.org/$p=$(blind)')
# What lives its evenings in one goroutine has no races: it is not watched, and lives ten times as many.
single := shared/link/linksim deploy/bench/friday
# The tests under deploy and docs look at programs and at the tree, which Go's test cache cannot see: they always run, and
# after the others, because they measure time. The rest may come from the cache. Nothing is vetted here: make lint vets all of it.
test-go: need-go need-postgres need-cc $(pages:%=%/dist/index.html)
	go test -vet=off $(race) -timeout 20m $$(go list ./... | grep -vE '^awesome\.pizza/((deploy|docs)(/|$$)|shared/link/linksim$$)')
	go test -vet=off -timeout 20m $(single:%=./%)

# The stories of deploy/e2e wait for others most of the time, so more of them run side by side than there are processors.
test-system: build bin/nats-server need-postgres need-cc need-curl
	go test -vet=off $(race) -count=1 -timeout 20m $$(go list ./docs/... ./deploy/... | grep -vE '/(e2e|bench/friday)$$')
	go test -vet=off $(race) -count=1 -timeout 20m -parallel 5 -skip '$(figures)' ./deploy/e2e

# Promised figures (docs/PROTOCOL.md, P8 and P9) are taken without the race detector, which would make them ten times smaller, and
# one after the other, because they measure time. So are the stories of two histories and of spoiled cards, of which it lets only a few
# through, and the days of dispatch, of which it lets none through.
week    := go test -vet=off -count=1 -timeout 2h -v ./edge -run '^TestSevenDaysWithoutTheInternetAreInTheCloudAfterwards$$'
figures := ^(TestAShiftWithoutTheInternetIsInTheCloudWithinAMinute|TestAStampedeAfterARegionWasCutOff|TestPhonesBringARushThoughACoreDies)$$
test-figures: build bin/nats-server need-postgres
	$(week) -orders 200
	go test -vet=off -count=1 -timeout 10m ./edge/kitchen -run '^(TestTwoHistoriesBecomeOneWhateverHappened|TestACardThatSpoilsWhatItKeepsIsHealedByTheCloud)$$'
	go test -vet=off -count=1 -timeout 10m ./cloud/dispatch/mdrp -run '^TestWhateverTheDayIsItIsPlayedByTheRules$$'
	go test -vet=off -count=1 -timeout 10m -v ./shared/link/linksim -run 'Stampede'
	go test -vet=off -count=1 -timeout 10m -v -parallel 1 ./deploy/e2e -run '$(figures)'

test-web: $(web:%=%/node_modules/.package-lock.json)
	@for dir in $(web); do echo "$$dir: npm test"; (cd $$dir && npm test); done

test-browser: build need-postgres need-chromium $(pages:%=%/node_modules/.package-lock.json)
	@for dir in $(pages); do echo "$$dir: npm run test:browser"; (cd $$dir && npm run test:browser); done

# ---- checks -----------------------------------------------------------------------------------------------------

.PHONY: fmt-check lint web-check gen gen-check vuln
fmt-check: $(tools)/gofumpt-v0.12.0
	@bad=$$($< -l $(go_dirs)); [ -z "$$bad" ] || { echo "not formatted, run make fmt:" >&2; echo "$$bad" >&2; exit 1; }

# Where golangci-lint cannot be installed, its two most useful parts stand in, and the line says so.
lint: need-go
	@if .ci/tool github.com/golangci/golangci-lint/v2/cmd/golangci-lint v2.15.0 $(tools)/golangci-lint-v2.15.0; then \
		$(tools)/golangci-lint-v2.15.0 run ./...; \
	else \
		echo "golangci-lint could not be installed: staticcheck and go vet instead"; \
		.ci/tool honnef.co/go/tools/cmd/staticcheck v0.8.2 $(tools)/staticcheck-v0.8.2; \
		$(tools)/staticcheck-v0.8.2 ./...; \
		go vet ./...; \
	fi

web-check: $(web:%=%/node_modules/.package-lock.json)
	@for dir in $(web); do echo "$$dir: svelte-check, eslint"; (cd $$dir && npm run check && npm run lint); done

gen: need-go ## write the generated files again: API documents and golden files
	go generate ./...

# Generated files are current when writing them again changes nothing, whatever else is not committed yet.
tree = { git status --porcelain; git diff HEAD; }
gen-check: need-go
	@mkdir -p .cache
	@$(tree) >.cache/before.diff
	@$(MAKE) gen
	@$(tree) >.cache/after.diff
	@cmp -s .cache/before.diff .cache/after.diff || { diff .cache/before.diff .cache/after.diff || true; \
		echo "generated files were not current: commit what make gen wrote" >&2; exit 1; }

GOVULNDB ?= https://vuln.go.dev
vuln: need-go
	@if ! curl -fsS -m 20 -o /dev/null $(GOVULNDB)/index/modules.json 2>/dev/null; then \
		echo "vulnerabilities: NOT CHECKED, $(GOVULNDB) cannot be reached from here"; \
	else \
		.ci/tool golang.org/x/vuln/cmd/govulncheck v1.8.0 $(tools)/govulncheck-v1.8.0; \
		$(tools)/govulncheck-v1.8.0 -db $(GOVULNDB) ./...; \
	fi

# ---- what must be on the machine --------------------------------------------------------------------------------

.PHONY: need-go need-node need-cc need-curl need-postgres need-chromium
need-go:
	@.ci/need go
need-node:
	@.ci/need node npm
need-cc:
	@.ci/need cc
need-curl: # the README's tour is typed as it stands there
	@.ci/need curl
need-postgres:
	@.ci/need postgres
need-chromium:
	@.ci/need chromium

$(tools)/gofumpt-%: | need-go
	@.ci/tool mvdan.cc/gofumpt $* $@
