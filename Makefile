# `make help` lists what there is. Needs git, make and Python >= 3.11; uv is brought along when it is not on PATH.

PYTHON ?= python3
UV := $(or $(shell command -v uv 2>/dev/null),.uv/bin/uv)
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help sync demo demo-live test test-all lint format types coverage check asterisk live soak simulation fuzz generate bench peers build contract-wheels clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.uv/bin/uv:
	$(PYTHON) -m venv .uv
	.uv/bin/python -m pip install --quiet uv

.venv/.synced: $(filter .uv/bin/uv,$(UV)) pyproject.toml uv.lock $(wildcard packages/*/pyproject.toml)
	$(UV) sync --locked --quiet
	@touch $@

sync: .venv/.synced ## install the four packages (editable) and the tools

demo: sync ## all three protocols on an embedded fake PBX; on a running one: make demo ASTERISK_HOST=127.0.0.1
	@$(BIN)/python -m examples.demo

demo-live: sync ## the same on a real Asterisk of its own (see: make asterisk)
	@$(BIN)/python -m examples.demo --live

test: sync ## run the tests that need nothing but this machine
	$(BIN)/pytest

test-all: sync ## run them on every supported Python that is here
	$(BIN)/python tools/test_all.py $(UV)

lint: sync ## check style and formatting
	$(BIN)/ruff check
	$(BIN)/ruff format --check

format: sync ## put style and formatting right
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

types: sync ## check the types, strictly
	$(BIN)/mypy

coverage: sync ## run the tests and hold core at 100 % of lines and branches
	$(BIN)/coverage run -m pytest
	$(BIN)/coverage report --include='packages/core/*' --fail-under=100
	$(BIN)/coverage report --omit='packages/core/*'

check: lint types coverage ## what CI runs, before the live tests and the build

asterisk: sync ## provision a real Asterisk 22 from Debian packages (root; cached)
	$(BIN)/python -m tools.asterisk provision $(ASTERISK_FLAGS)

live: asterisk ## run the live tests on a real Asterisk, started and stopped for them
	$(BIN)/pytest -m live tests/live

soak: asterisk ## each protocol: connect 10,000 times, then 10 minutes of events and restarts, on a real Asterisk: SOAK_CYCLES, SOAK_MINUTES
	$(BIN)/python -m tools.soak --cycles $(or $(SOAK_CYCLES),10000) --minutes $(or $(SOAK_MINUTES),10)

simulation: sync ## a thousand virtual hours of faults; replay one with SEED=17 PROTOCOL=ami
	$(BIN)/python -m tests.simulation $(if $(SEED),--seed $(SEED)) $(if $(PROTOCOL),--protocol $(PROTOCOL))

fuzz: $(filter .uv/bin/uv,$(UV)) ## 20,000 examples for each parser, then atheris on each for SECONDS (20)
	UV_PROJECT_ENVIRONMENT=.venv-fuzz $(UV) sync --locked --quiet --group fuzz
	.venv-fuzz/bin/pytest -m parser --hypothesis-profile=fuzz tests/property
	.venv-fuzz/bin/python tools/fuzz.py --seconds $(or $(SECONDS),20)

generate: asterisk ## write the typed actions, events, commands and operations anew, from Asterisk's documentation
	$(BIN)/python -m tools.generate_ami
	$(BIN)/python -m tools.generate_agi
	$(BIN)/python -m tools.generate_ari

bench: $(filter .uv/bin/uv,$(UV)) ## measure us beside the peers, in one run
	UV_PROJECT_ENVIRONMENT=.venv-bench $(UV) sync --locked --quiet --group bench
	for bench in benchmarks/bench_*.py; do .venv-bench/bin/python $$bench || exit 1; done

peers: $(filter .uv/bin/uv,$(UV)) ## give the inputs of the fault catalogue to the peers and to us: PEERS="--only 9,26"
	UV_PROJECT_ENVIRONMENT=.venv-peers $(UV) sync --locked --quiet --no-dev --group peers
	.venv-peers/bin/python -m tools.peers $(PEERS)

build: sync ## build the four packages and try each wheel alone in an empty environment
	rm -rf dist
	$(UV) build --quiet --all-packages --out-dir dist
	$(BIN)/python tools/wheels.py try $(UV)

contract-wheels: build ## run the contract suite against each installed wheel, alone
	$(BIN)/python tools/wheels.py contract $(UV)

clean: ## remove what the other targets made here
	rm -rf .venv .venv-* .uv dist .coverage .mypy_cache .pytest_cache .ruff_cache .hypothesis
