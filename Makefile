PYTHON ?= python3

.PHONY: run test check bench

run: ## everything on this machine, with a demo; PORT=8000 unless given
	@$(PYTHON) src/outcomes/bootstrap.py
	@exec .venv/bin/outcomes run

test:
	@$(PYTHON) src/outcomes/bootstrap.py --browser
	@.venv/bin/pytest -n 2 --dist loadfile

check:
	@$(PYTHON) src/outcomes/bootstrap.py
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports

bench:
	@$(PYTHON) src/outcomes/bootstrap.py
	@.venv/bin/pytest -o addopts= -s tests/bench
