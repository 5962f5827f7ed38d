# `make demo` and `make test` do all of their own set-up; the rest are the steps they are made of.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test lint unit quick reference testbed-up testbed-test testbed-down clean

demo: $(VENV)/.installed
	$(BIN)/python demo/walk_through.py

test: lint unit

lint: $(VENV)/.installed
	$(BIN)/ruff check src tests bench demo testbed tools conftest.py .ci/conformance
	$(BIN)/mypy
	$(BIN)/lint-imports

unit: $(VENV)/.installed
	$(BIN)/pytest -n auto

# What another Python is likely to break, in a minute: make quick PYTHON=python3.13 VENV=.venv-3.13
quick: $(VENV)/.installed
	$(BIN)/pytest -n auto tests/yaml tests/starlark tests/http tests/kube tests/cli/test_*.py tests/test_*.py

reference: $(VENV)/.installed
	$(BIN)/python -m testbed reference

testbed-up: $(VENV)/.installed
	$(BIN)/python -m testbed up

testbed-test: $(VENV)/.installed
	$(BIN)/pytest --target testbed tests/walkthrough tests/differential tests/integration tests/cli/oakum \
		tests/deploy/test_custom_kinds.py

testbed-down: $(VENV)/.installed
	$(BIN)/python -m testbed down

$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "oakum needs Python 3.11 or newer; set PYTHON=… to one")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[test,go]'
	$(BIN)/python -m compileall -q src  # a start takes twice as long where Python may not write bytecode itself
	touch $@

clean:
	rm -rf $(VENV) .demo
