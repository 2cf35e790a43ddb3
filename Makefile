# Two commands: `make run` and `make test`. Everything they need is made here, by checks on files; no root, no CDN.

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do if $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo $$p; break; fi; done)
# A pyenv shim answers to the name without being one, so each candidate is asked to run.
PYTHON313 ?= $(shell for p in python3.13 $(wildcard $(HOME)/.pyenv/versions/3.13.*/bin/python3.13); do if $$p -c '' 2>/dev/null; then echo $$p; break; fi; done)
BIN := .venv/bin
NODE_OK := $(shell node -e 'process.exit(process.versions.node.split(".")[0] >= 20 ? 0 : 1)' 2>/dev/null && echo yes)
PATH := $(CURDIR)/$(BIN):$(PATH)
export PATH
# What is compiled once is kept: a process of the house then starts in a third of the time.
export PYTHONDONTWRITEBYTECODE :=
PORT ?= 8000
DEMO_HOME := $(CURDIR)/var/demo
REAL_HOME := $(CURDIR)/var/park

.PHONY: run reset empty test test-313 test-sqlite test-postgres test-browser check lint shots bench torture lock clean help

help:  ## What can be done here
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 16

run: .venv/.run build/static/manifest.json  ## The demo park: web server, worker and tick; Ctrl-C ends all
	@HRPARK_HOME=$${HRPARK_HOME:-$(DEMO_HOME)} exec $(BIN)/python -m config.supervisor --demo --port $(PORT)

reset: .venv/.run  ## A fresh demo park (deletes var/demo, nothing else)
	rm -rf $(DEMO_HOME)
	HRPARK_HOME=$(DEMO_HOME) HRPARK_DEMO=1 $(BIN)/python manage.py prepare --demo

empty: .venv/.run build/static/manifest.json  ## A park with nothing in it, for a real start (var/park)
	@HRPARK_HOME=$${HRPARK_HOME:-$(REAL_HOME)} exec $(BIN)/python -m config.supervisor --port $(PORT)

test: test-sqlite test-postgres test-browser  ## Everything, on SQLite and on PostgreSQL; browser tests when there is a Chromium

# CI sets HRPARK_RETRY: what failed is run once more, alone, and said aloud; a real failure fails twice.
define suite
$(BIN)/pytest $(1) || { test -n "$$HRPARK_RETRY" && echo "Once more, only what failed:" && $(BIN)/pytest --lf --lfnf=none $(1); }
endef

test-sqlite: .venv/.dev build/static/manifest.json
	$(call suite,-n 2 -m "not browser")

test-postgres: .venv/.dev build/static/manifest.json
	export HRPARK_TEST_DB=postgres; $(call suite,-n 2 -m "not browser and not no_database")

test-browser: .venv/.dev build/static/manifest.json
	@if $(BIN)/python -m tests.browser.chromium; then \
	  { $(call suite,-n 2 tests/browser -m browser); } && export HRPARK_TEST_DB=postgres && \
	  { $(call suite,-n 2 tests/browser -m browser --ignore tests/browser/test_every_page.py); }; \
	elif [ -n "$$HRPARK_NEED_BROWSER" ]; then echo "Browser tests are required here and no Chromium was found"; exit 1; \
	else echo "No Chromium found: browser tests are left out (set CHROMIUM=/path/to/chromium)"; fi

check: lint test  ## What CI runs

test-313: .venv/.uv build/static/manifest.json  ## The suite on Python 3.13, where it is found
	@if [ -n "$(PYTHON313)" ]; then \
	  test -x .venv-313/bin/python || $(PYTHON313) -m venv .venv-313; \
	  $(BIN)/uv pip install --quiet --python .venv-313/bin/python --require-hashes -r requirements/dev.lock && \
	  .venv-313/bin/python -m pytest -n 2 -m "not browser"; \
	else echo "No python3.13 found: that run is left out"; fi

lint: .venv/.dev  ## Linters, contracts, migrations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	HRPARK_HOME=$$(mktemp -d) $(BIN)/python manage.py makemigrations --check --dry-run
	HRPARK_HOME=$$(mktemp -d) HRPARK_SECURE=1 $(BIN)/python manage.py check --deploy --fail-level WARNING

shots: .venv/.dev build/static/manifest.json  ## Every page as PNG, desk width and 360 px, into shots/
	$(BIN)/python -m tests.browser.shots

bench: .venv/.dev build/static/manifest.json  ## Ratios against a floor in the same run, as JSON
	$(BIN)/python -m bench

torture: .venv/.dev  ## Long fault runs: power cuts, a fault at every statement, sequences, kill -9, races (MINUTES=40)
	$(BIN)/python -m bench.torture $(MINUTES)

# --- what the targets above stand on ---------------------------------------------------------------------------------

.venv/.uv: requirements/uv.lock
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed (set PYTHON=/path/to/python3)"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.lock
	@touch $@

.venv/.run: .venv/.uv requirements/run.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/run.lock
	@touch $@

.venv/.dev: .venv/.run requirements/dev.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/dev.lock
	@touch $@

ifeq ($(NODE_OK),yes)
.venv/.node: .venv/.uv
	@touch $@
else
.venv/.node: .venv/.uv requirements/node.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/node.lock
	@touch $@
endif

node_modules/.ready: package-lock.json package.json .npmrc | .venv/.node
	npm ci --no-audit --no-fund --loglevel=error
	@touch $@

build/static/manifest.json: node_modules/.ready vite.config.js $(shell find frontend -type f 2>/dev/null)
	node_modules/.bin/vite build --logLevel warn
	@touch $@

lock:  ## Renew the lock files (needs .venv)
	$(BIN)/uv pip compile pyproject.toml --universal --generate-hashes --no-emit-index-url --no-header -q -o requirements/run.lock
	$(BIN)/uv pip compile pyproject.toml --group ocr --universal --generate-hashes --no-emit-index-url --no-header -q -o requirements/ocr.lock
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --generate-hashes --no-emit-index-url --no-header -q -o requirements/dev.lock

clean:  ## Remove what the commands made, except data in var/
	rm -rf .venv .venv-313 node_modules build shots
