# Two commands matter: `make demo` and `make test`. Both build .venv when it is missing.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= $(shell for candidate in python3 python3.13 python3.12 python3.11; do \
	"$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$candidate" && break; done)
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# What tests and checks need on top; pandas among it, which pyarrow loads where it finds it: 40 MB in each process.
DEV := .venv/dev

.PHONY: help demo test bench chaos serve fmt check coverage mutants lock clean

help: ## show the commands
	@grep -hE '^[a-z.]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

.venv: requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed, and none was found on PATH"; exit 1; }
	"$(PYTHON)" -m venv .venv
	$(INSTALL) --require-hashes -r requirements.lock
	$(INSTALL) --no-deps --no-build-isolation -e .
	@touch .venv

$(DEV): requirements-dev.lock | .venv
	$(INSTALL) --require-hashes -r requirements-dev.lock
	@touch $(DEV)

demo: .venv ## run a whole campaign on sample data, with embedded Postgres and NATS
	$(BIN)/python -m campaigns demo $(ARGS)

serve: .venv ## start the service (http://127.0.0.1:8080/docs)
	$(BIN)/python -m campaigns serve $(ARGS)

check: $(DEV) ## lint, format check, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: check ## everything CI runs
	$(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)

coverage: $(DEV) ## branches of the domain and the application that the fast tests take
	$(BIN)/python -m coverage run -m pytest tests/domain tests/application
	$(BIN)/python -m coverage report --include='*/campaigns/domain/*,*/campaigns/application/*' --skip-covered -m

mutants: $(DEV) ## break the domain in thousands of ways and count what its tests notice (half an hour)
	$(BIN)/python -m mutmut run $(ARGS)
	@$(BIN)/python -m tests.domain.mutation_score

bench: .venv ## benchmarks against their floors; one with ID=P2
	$(BIN)/python -m benchmarks $(ID) $(ARGS)

chaos: $(DEV) ## kills, cuts and freezes against what is promised; one with ID=R2, longer with ROUNDS=100, another with SEED=7
	$(BIN)/python -m tests.chaos $(ID) $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(SEED),--seed $(SEED)) $(ARGS)

fmt: $(DEV) ## format and sort
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: $(DEV) ## resolve the dependencies anew
	$(BIN)/uv pip compile pyproject.toml --extra build --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-annotate --no-header --quiet -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml --extra build --extra dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-annotate --no-header --quiet -o requirements-dev.lock

clean: ## remove the environment and embedded data
	rm -rf .venv .campaigns build dist
