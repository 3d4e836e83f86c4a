# The commands of a checkout; `make help` lists them.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
export UV_SYSTEM_CERTS := 1

# The interpreter of .python-version where there is one, else any from 3.12 on.
PYTHON ?= $(shell for python in python3.13 "$${PYENV_ROOT:-$$HOME/.pyenv}"/versions/3.13*/bin/python3 python3 python3.14 python3.12 "$${PYENV_ROOT:-$$HOME/.pyenv}"/versions/3.1[2-9]*/bin/python3; do "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null && { echo "$$python"; break; }; done)
VENV := .venv/bin
# For the tools that load the settings without a database.
OFFLINE := DEBUG=true DATABASE_URL=postgresql:///unused

help: ## List the commands
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' $(MAKEFILE_LIST) | expand -t 14

setup: .venv/.stamp ## Build the virtual environment from the lock file

.uv/bin/uv: requirements-uv.txt
	@test -n "$(PYTHON)" || { echo "Dayrade needs Python 3.12 or newer." >&2; exit 1; }
	"$(PYTHON)" -m venv .uv
	.uv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r $<
	@touch $@

.venv/.stamp: requirements-dev.txt .uv/bin/uv
	test -x $(VENV)/python || "$(PYTHON)" -m venv .venv
	.uv/bin/uv pip sync -q --python $(VENV)/python --require-hashes $< \
		|| $(VENV)/python -m pip install -q --require-hashes -r $<
	@touch $@

run: setup ## Serve the demo on http://127.0.0.1:8000 (PORT=8001 for another)
	@DEBUG=true exec $(VENV)/python manage.py serve

test: setup ## Run the suite against a PostgreSQL of its own
	$(VENV)/python -m pytest $(or $(ARGS),-n 2 --dist loadfile)

drills: setup ## Run migrations, crashes, attacks and restores at full size
	FULL_SIZE=1 $(VENV)/python -m pytest $(or $(ARGS),tests/drills tests/trading/test_ledger_laws.py)

lint: setup ## Check style
	$(VENV)/ruff check
	$(VENV)/ruff format --check
	$(VENV)/hadolint Dockerfile

fmt: setup ## Format the code
	$(VENV)/ruff check --fix --exit-zero
	$(VENV)/ruff format

types: setup ## Check types
	$(OFFLINE) $(VENV)/mypy

contracts: setup ## Check that imports go one way
	$(VENV)/lint-imports

openapi: setup ## Write docs/openapi.yaml anew from the code
	$(OFFLINE) $(VENV)/python manage.py spectacular --validate --fail-on-warn --file docs/openapi.yaml

openapi-check: setup ## Check that docs/openapi.yaml is what the code says
	$(OFFLINE) $(VENV)/python manage.py spectacular --validate --fail-on-warn | diff docs/openapi.yaml -

schema: setup ## Check that models, migrations and the declared catalogue agree, both ways
	$(OFFLINE) $(VENV)/python -W ignore manage.py makemigrations --check --dry-run
	$(VENV)/python -m pytest -q tests/schema

audit: setup ## Look for known holes in the locked packages; a warning where that cannot be done
	@$(VENV)/python -m tests.packages

SCHEMA := schema
check: lint types contracts openapi-check $(SCHEMA) audit ## Everything that CI checks beside the tests

bench: setup ## Measure what this machine carries, and write docs/benchmarks.md
	$(VENV)/python -m tests.benchmarks $(ARGS)

lock: setup ## Write the lock files anew from pyproject.toml
	.uv/bin/uv pip compile -q --universal --python-version 3.12 --generate-hashes --no-header pyproject.toml -o requirements.txt
	.uv/bin/uv pip compile -q --universal --python-version 3.12 --generate-hashes --no-header --group dev pyproject.toml -o requirements-dev.txt

.PHONY: help setup run test drills lint fmt types contracts openapi openapi-check schema audit check bench lock
