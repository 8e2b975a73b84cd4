# Two commands matter: `make run` and `make test`. Everything they need, they set up.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help run setup setup-test setup-bench test lint format bench docs clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | expand -t 14

run: setup ## Set up everything and start the centre with demonstration accounts
	@exec $(BIN)/jietong serve

setup: ## Python environment and built web application
	@$(PYTHON) scripts/setup.py

setup-test: ## The same, and what the tests and linters need
	@$(PYTHON) scripts/setup.py --test

setup-bench: ## The same, and the peers that benches measure beside us
	@$(PYTHON) scripts/setup.py --test --bench

test: setup-test ## Set up everything and run every test
	@$(PYTHON) scripts/test.py

lint: setup-test ## ruff, mypy, layers, generated files, web checks
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python scripts/generated.py --check
	@$(PYTHON) scripts/setup.py --npm run lint
	@$(PYTHON) scripts/setup.py --npm run types

format: setup-test ## Format Python and generated files
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@$(BIN)/python scripts/generated.py

bench: setup-bench ## Every figure in one run, as ratios; writes docs/reference/performance.md (DATA=folder: public data)
	@$(BIN)/python -m bench $(if $(DATA),--data "$(DATA)")

docs: setup-test ## Screenshots of every screen for the documentation
	@$(BIN)/python tests/e2e/screenshots.py

clean: ## Remove what was built (not your data)
	rm -rf .venv web/node_modules jietong/web/static .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
