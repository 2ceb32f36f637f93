# What a newcomer, a developer and CI type. `make help` lists it.
#
#   make demo                    the main job, before your eyes (no root needed)
#   make demo FILE=path LANG=en  with your own file, in English
#   make demo SERVE=0            without opening the pages at the end
#   make test                    every test that is not marked long

SHELL := /bin/bash
.DEFAULT_GOAL := help
.ONESHELL:
.SHELLFLAGS := -euo pipefail -c

VENV := .venv
BIN := $(VENV)/bin
export FILE ?=
SERVE ?= 1
PLATFORM ?=
DOCS ?=
TESTS ?= tests
# More words for pytest: make test ARGS="-n 2 -k parcel"
ARGS ?=

# Japanese names of files and Japanese output, whatever the locale of the terminal is.
export PYTHONUTF8 := 1

.PHONY: help demo test test-long lint format types contracts bench screenshots wheelhouse lock clean
.PHONY: ready-run ready-dev

help: ## この一覧 / this list
	@grep -hE '^[a-z-]+:.*## ' $(firstword $(MAKEFILE_LIST)) \
	  | awk -F ':[^#]*## ' '{ printf "  make %-12s %s\n", $$1, $$2 }'

demo: ready-run ## 実演と画面（FILE=自分のファイル、LANG=en で英語、SERVE=0 で画面なし）/ see it work
	@$(BIN)/sekisho demo $(if $(filter-out 0,$(SERVE)),--serve) $(if $(FILE),--file "$$FILE")

test: ready-dev ## 試験（15 分ほど）/ all tests but the long ones
	@scripts/system-parts
	# The faults fork, which only a process of one thread may: they run by themselves, then the
	# rest in as many processes as there are processors, here at the most four.
	faults=0
	if [ "$(TESTS)" = tests ]; then
	  $(BIN)/python -m pytest -m "not long" $(ARGS) tests/faults || faults=$$?
	  $(BIN)/python -m pytest -m "not long" -n auto --maxprocesses=4 --ignore=tests/faults $(ARGS) tests
	else
	  $(BIN)/python -m pytest -m "not long" $(ARGS) $(TESTS)
	fi
	exit $$faults

test-long: ready-dev ## 長い試験 / the long tests
	@scripts/system-parts
	@$(BIN)/python -m pytest -m long --hypothesis-profile=long $(ARGS) $(TESTS)

lint: ready-dev ## 書き方の検査 / style, without changing anything
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

format: ready-dev ## 書き方を整える / put the code into house style
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

types: ready-dev ## 型の検査 / mypy, strict for kernel and engines
	@$(BIN)/mypy

contracts: ready-dev ## 依存の向きの検査 / the direction of imports
	@$(BIN)/lint-imports

bench: ready-dev ## 速さの測定（数分）/ benchmarks beside peers, some minutes
	@$(BIN)/python bench/seal.py
	$(BIN)/python bench/transfers.py large
	$(BIN)/python bench/transfers.py small
	$(BIN)/python bench/ledger.py
	$(BIN)/python bench/disarm.py
	$(BIN)/python bench/disarm_office.py
	$(BIN)/python bench/disarm_pdf.py
	$(BIN)/python bench/disarm_scan.py
	$(BIN)/python bench/pages.py
	$(BIN)/python bench/lists.py

screenshots: ready-dev ## すべての画面の画像（DOCS=1 で手引の画像も）/ pictures of every page
	@$(BIN)/python scripts/screenshots.py $(if $(DOCS),--docs)

wheelhouse: ready-dev ## オフライン導入一式（PLATFORM=win_amd64 も可）/ offline bundle in dist
	@$(BIN)/python scripts/wheelhouse.py $(if $(PLATFORM),--platform $(PLATFORM))

lock: ## 固定した版の更新 / renew the lock files
	@scripts/lock

clean: ## 作られた物を消す（.venv も）/ remove everything that was made, .venv too
	@rm -rf $(VENV) build dist .demo .mypy_cache .ruff_cache .hypothesis .import_linter_cache \
	  src/*.egg-info
	@find src tests scripts -name __pycache__ -type d -prune -exec rm -rf {} +

# A tenth of a second when there is nothing to do.
ready-run:
	@scripts/setup run

ready-dev:
	@scripts/setup dev
