# Consultroom: `make run` starts a demo clinic, `make test` sets everything up and tests it. `make help` lists the rest.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SOURCES := app core audit access clinical_store clinical_language scheduling prescribing laboratory signaling media transcription soap triage turn_config notifications
CHECKED := $(SOURCES) tests bench tools migrations
RUN_ARGS ?=
# Waits out real time-outs of a second: another test beside it would make it judge the machine.
ALONE := tests/integration/core/test_jobs.py

# Real media in real time on a shared machine: what failed runs once more, alone and out loud, before it counts.
# What a test leaves behind counts in the first run; here the collector at the end would speak for other tests' leavings.
AGAIN := --last-failed --last-failed-no-failures none -p no:unraisableexception
define tested
$(BIN)/python -m pytest $(1) $(PYTEST_ARGS) || { echo; echo "RUN AGAIN, ALONE: what failed above."; \
	$(BIN)/python -m pytest $(filter-out -n 2 --dist loadfile,$(1)) $(AGAIN) $(PYTEST_ARGS); }
endef

.DEFAULT_GOAL := help

.PHONY: help
help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

.PHONY: run
run: python web ## Set up everything and start a demo clinic on http://127.0.0.1:8080
	$(BIN)/consultroom up --demo $(RUN_ARGS)

.PHONY: test
test: system python web check ## Set up everything, check it, test it (unit, integration, contract; then journeys)
	$(call tested,-n 2 --dist loadfile --ignore=tests/journeys --ignore=$(ALONE))
	$(call tested,$(ALONE) tests/journeys)

.PHONY: check
check: python web-deps ## Lint, types, import contracts, TypeScript
	$(BIN)/ruff check $(CHECKED)
	$(BIN)/ruff format --check $(CHECKED)
	$(BIN)/mypy
	$(BIN)/lint-imports
	cd web && npm run --silent check && npm test --silent

.PHONY: bench
bench: python ## Note figures, kept: table, bench/results/notes.json, docs/notes-figures.md (DATA=../shared/data)
	$(BIN)/python -m bench.notes --keep --data $(or $(DATA),../shared/data)

.PHONY: bench-notes
bench-notes: python ## Note figures on the development data beside their peers (BENCH_ARGS="aci primock", "aci --show D2N001")
	$(BIN)/python -m bench.notes --data $(or $(DATA),../shared/data) $(BENCH_ARGS)

.PHONY: bench-media
bench-media: python ## Media figures beside stock aiortc, Janus and a bare loop (BENCH_ARGS="cpu delay --minutes 30")
	$(BIN)/python -m bench.media $(BENCH_ARGS)

.PHONY: bench-speech
bench-speech: python ## Speech figures beside whisper.transcribe and the true times (BENCH_ARGS="cpu noise", "--short")
	$(BIN)/python -m bench.speech $(BENCH_ARGS)

.PHONY: fuzz
fuzz: python ## Fuzz what comes from the network, FUZZ_SECONDS each (60); crashes are kept in tests/fuzz/corpus
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[fuzz]'
	$(BIN)/python -m tests.fuzz.run $(or $(FUZZ_SECONDS),60)

.PHONY: fmt
fmt: python ## Format and fix what the linter can fix
	$(BIN)/ruff format $(CHECKED)
	$(BIN)/ruff check --fix $(CHECKED)

.PHONY: freeze
freeze: ## Write constraints.txt from the virtual environment
	{ echo "# The exact set this code was tested with on Python 3.11; pip reads it with -c. Refresh: make freeze"; \
	  $(BIN)/pip freeze --exclude-editable | sed -e 's/+cpu//' ; } > constraints.txt

.PHONY: clean
clean: ## Remove what make built (never the clinic's data in var/)
	rm -rf $(VENV) .make web/node_modules web/dist

.PHONY: python
python: .make/python

# torch first and alone: its CPU build; a later resolve would pull the GPU one.
.make/python: pyproject.toml constraints.txt
	@mkdir -p .make
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt torch==2.13.0
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

.PHONY: web-deps
web-deps: .make/web-deps

.make/web-deps: web/package.json web/package-lock.json
	@mkdir -p .make
	cd web && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

.PHONY: web
web: .make/web

.make/web: .make/web-deps $(shell find web/src web/index.html web/vite.config.ts web/public -type f 2>/dev/null)
	cd web && npm run --silent build
	@touch $@

.PHONY: system
system: ## Debian packages that the tests use (Chromium, speech synthesis); says what is missing without root
	@bash tools/system_packages.sh
