# Everything runs in .venv, which is made on first use. `make` alone lists the targets.

PYTHON ?= python3
UV ?= uv
BIN := .venv/bin

export PYTHONUTF8 := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help demo test check format lock bench clean

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1	\2/p' Makefile

demo: .venv/.installed ## train, evaluate and predict on the articles in seeds/
	$(BIN)/stance train
	$(BIN)/stance evaluate
	$(BIN)/stance predict seeds/001_*.txt seeds/003_*.txt seeds/004_*.txt --format table
	echo 开源是智商税。 | $(BIN)/stance predict

test: check ## everything that must pass before a commit
	$(BIN)/pytest

check: .venv/.installed ## formatting, lint and types, without the tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: .venv/.installed ## rewrite the code as `make check` wants it
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: ## renew requirements.lock from pyproject.toml (needs uv)
	@command -v $(UV) >/dev/null || { echo "make lock needs uv: https://docs.astral.sh/uv/" >&2; exit 1; }
	$(UV) pip compile --universal --generate-hashes --extra dev --python-version 3.11 pyproject.toml -o requirements.lock --quiet

bench: .venv/.installed ## measure the repair of slipped bytes, then speed and memory beside peers
	@$(BIN)/python -m pip install --quiet -e '.[bench]' || echo "fastText and SnowNLP could not be installed; the rest is measured" >&2
	$(BIN)/python benchmarks/mojibake.py
	$(BIN)/python benchmarks/speed.py

clean: ## remove .venv, builds and caches
	rm -rf .venv dist build .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find src tests benchmarks -type d -name __pycache__ -prune -exec rm -rf {} +

# jieba comes as source only; --use-pep517 builds it apart, with setuptools from the package index, whatever pip the venv has.
.venv/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "stance needs Python 3.11 or newer, and $(PYTHON) is $$({ $(PYTHON) --version || echo missing; } 2>/dev/null); try: make PYTHON=python3.12" >&2; \
		exit 1; }
	@echo "Making .venv with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv .venv
	@echo "Installing the packages of requirements.lock"
	@$(BIN)/python -m pip install --quiet --use-pep517 --require-hashes -r requirements.lock
	@echo "Installing stance itself, editable"
	@mkdir -p models/default  # the build wants the folder, also before the first training
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@
