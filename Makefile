# Everything a developer types. Set-up happens by itself and only when the pinned requirements have changed.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

# The first Python that is new enough; `make run PYTHON=/path/to/python` names another.
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11 python; do \
	if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo "$$python"; break; fi; done)
VENV := .venv
PY := $(VENV)/bin/python
STAMP := $(VENV)/.installed-dev
BENCH_STAMP := $(VENV)/.installed-bench
UV := uv==0.13.9
LOCK := --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header
TEMPLATES := portal/templates campaigns/templates routing/templates

export SANDBOX ?= yes
PORT ?=
PYTEST_ARGS ?= -n 2
BENCH_ARGS ?=
STAGE ?= test

.PHONY: help
help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' Makefile

.PHONY: run
run: $(STAMP) ## Start Postroom with its sandbox on this machine (PORT=8000; DATABASE_URL for PostgreSQL)
	@exec $(PY) manage.py run_stack $(if $(PORT),--port $(PORT))

.PHONY: test
test: $(STAMP) ## Run the tests on SQLite; needs no browser and no server
	@$(PY) -m pytest $(PYTEST_ARGS)

.PHONY: test-postgres
test-postgres: $(STAMP) ## Run the tests on a PostgreSQL server of their own (needs PostgreSQL's programs)
	@$(PY) -m tests.postgres $(PY) -m pytest -m "not browser and not long and not terraform" --ignore=tests/crash --ignore=tests/lambda_workers $(PYTEST_ARGS)

.PHONY: test-browser
test-browser: $(STAMP) ## Run the tests in headless Chromium
	@$(PY) -m pytest -m browser $(PYTEST_ARGS)

.PHONY: test-stack
test-stack: $(STAMP) ## Start and stop everything that `make run` starts
	@$(PY) -m pytest -m long $$(grep -rl 'mark\.long' tests --include='test_*.py')

.PHONY: test-crash
test-crash: $(STAMP) ## Kill workers and purge queues under a running campaign (PostgreSQL; minutes)
	@$(PY) -m pytest -m postgres -rfEP -n 2 --maxschedchunk 1 tests/crash

.PHONY: test-infra
test-infra: $(STAMP) ## Apply and destroy both Terraform environments against a stand-in for AWS (needs Terraform; minutes)
	@$(PY) -m pytest -m terraform -rA -q tests/infra

.PHONY: test-lambda
test-lambda: $(STAMP) ## Build the package and have its functions do the work (PostgreSQL; minutes)
	@$(PY) -m pytest -m postgres -rfEP tests/lambda_workers

.PHONY: check
check: lint types imports ## Run all checks that need no test run

.PHONY: lint
lint: $(STAMP) ## Check Python with ruff and templates with djlint
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m djlint --quiet --lint $(TEMPLATES)

.PHONY: types
types: $(STAMP) ## Check types with mypy (strict)
	@$(PY) -m mypy .

.PHONY: imports
imports: $(STAMP) ## Check who may import whom
	@$(VENV)/bin/lint-imports --no-logo

.PHONY: format
format: $(STAMP) ## Rewrite Python in the house format, with safe fixes
	@$(PY) -m ruff check --fix-only .
	@$(PY) -m ruff format .

.PHONY: messages
messages: $(STAMP) ## Bring the translations in locale/ up to date and compile them; names what lacks one
	@$(PY) -m tests.translations

.PHONY: lock
lock: $(PY) ## Pin requirements*.in with hashes; keeps the pins that still fit (LOCK_ARGS=--upgrade for new ones)
	@$(PY) -m pip install --quiet "$(UV)"
	@for name in requirements requirements-dev requirements-bench; do \
		$(PY) -m uv pip compile $(LOCK) $(LOCK_ARGS) $$name.in --output-file $$name.txt || exit 1; done

.PHONY: bench
bench: $(BENCH_STAMP) ## Measure against the peers (minutes); figures and meaning in bench/README.md
	@$(PY) -m bench $(BENCH_ARGS)

.PHONY: editor
editor: ## Build the text editor's script anew from frontend/ (needs Node.js and npm; the result is committed)
	@sh frontend/build.sh

.PHONY: pictures
pictures: $(STAMP) ## Take a picture of every page into var/pictures (needs Chromium)
	@$(PY) docs/take_pictures.py --to var/pictures

.PHONY: package
package: $(STAMP) ## Build the package of a stage for Lambda (STAGE=test)
	@$(PY) -m pip install --quiet "$(UV)"
	@$(PY) -m deploy.build --stage $(STAGE)

DEPLOY_OPTIONS = $(if $(filter no,$(PRIVATE_API)),--without-private-api) $(if $(DRY_RUN),--dry-run)

.PHONY: deploy
deploy: $(STAMP) ## Deploy an environment to AWS (STAGE=test, OWNER=address, PRIVATE_API=no, DRY_RUN=yes prints the commands)
	@$(PY) -m pip install --quiet "$(UV)"
	@$(PY) -m deploy up --stage $(STAGE) $(if $(OWNER),--owner $(OWNER)) $(DEPLOY_OPTIONS)

.PHONY: rollback
rollback: $(STAMP) ## Put an environment's code one version back (STAGE=test PACKAGE=the earlier zip, DRY_RUN=yes)
	@$(PY) -m deploy back --stage $(STAGE) --package "$(PACKAGE)" $(DEPLOY_OPTIONS)

.PHONY: undeploy
undeploy: $(STAMP) ## Take an environment down (STAGE=test, DRY_RUN=yes prints the commands)
	@$(PY) -m deploy down --stage $(STAGE) $(DEPLOY_OPTIONS)

.PHONY: clean
clean: ## Remove the virtual environment and caches; keeps var/, where the data is
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

$(PY):
	@if [ -z "$(PYTHON)" ]; then \
		echo "Postroom needs Python 3.11 or newer; this machine's python3 is $$(python3 -V 2>&1 || echo missing)." >&2; \
		echo "Install one, or name it: make run PYTHON=/path/to/python3.12" >&2; exit 1; fi
	@rm -rf $(VENV)
	@"$(PYTHON)" -m venv $(VENV) || { rm -rf $(VENV); \
		echo "$(PYTHON) could not make a virtual environment (Debian, Ubuntu: apt-get install python3-venv)." >&2; exit 1; }

# The stamp is older than a changed requirements file: install again; what is there already is kept.
$(STAMP): requirements-dev.txt | $(PY)
	@echo "Installing the pinned requirements into $(VENV) (a few minutes the first time) ..."
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $(STAMP)

$(BENCH_STAMP): requirements-bench.txt | $(STAMP)
	@echo "Installing the peers that the benches measure against ..."
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.txt
	@touch $(BENCH_STAMP)
