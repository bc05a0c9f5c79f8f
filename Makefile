PYTHON ?= python3

.PHONY: run test test-hours test-faults coverage check bench lock

run: ## the product on this machine, with a demo; PORT is 8000 by default
	@$(PYTHON) src/outcomes/local/bootstrap.py
	@exec .venv/bin/outcomes run

test:
	@$(PYTHON) src/outcomes/local/bootstrap.py --browser
	@.venv/bin/pytest -n 2 --dist loadfile

test-hours: ## tests that depend on time, at every hour and on unusual days; takes over an hour
	@$(PYTHON) src/outcomes/local/bootstrap.py
	@.venv/bin/python -m tests.hours

test-faults: ## the long fault tests: a thousand messages due, forty workers killed
	@$(PYTHON) src/outcomes/local/bootstrap.py
	@TEST_FAULTS=long .venv/bin/pytest tests/faults

coverage: ## every test, and the share of lines that ran
	@$(PYTHON) src/outcomes/local/bootstrap.py --browser
	@.venv/bin/pytest -n 2 --dist loadfile --cov --cov-report=term

check:
	@$(PYTHON) src/outcomes/local/bootstrap.py
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports

bench:
	@$(PYTHON) src/outcomes/local/bootstrap.py
	@.venv/bin/pytest -o addopts= -s tests/bench

lock: ## requirements.txt after a change in pyproject.toml; OPTIONS=--upgrade for newer versions
	@$(PYTHON) src/outcomes/local/bootstrap.py
	.venv/bin/uv pip compile --quiet --universal --python-version 3.11 --all-extras \
		--generate-hashes --no-annotate --no-header $(OPTIONS) \
		--output-file requirements.txt pyproject.toml
