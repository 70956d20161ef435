# Every daily command. `make` lists them.
.DEFAULT_GOAL := help
PYTHON ?= python3.11
ML := .venv-ml/bin
SERVE := .venv-serve/bin
PIP_FLAGS := --quiet --disable-pip-version-check

help: ## list the recipes
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

install: .venv-ml/.installed .venv-serve/.installed ## build both environments

.venv-ml/.installed: pyproject.toml constraints/ml.txt
	$(PYTHON) -m venv .venv-ml
	$(ML)/pip install $(PIP_FLAGS) --upgrade pip
	$(ML)/pip install $(PIP_FLAGS) -c constraints/ml.txt -e '.[ml,dask,sklearn]' --group test --group check
	touch $@

.venv-serve/.installed: pyproject.toml constraints/serve.txt
	$(PYTHON) -m venv .venv-serve
	$(SERVE)/pip install $(PIP_FLAGS) --upgrade pip
	$(SERVE)/pip install $(PIP_FLAGS) -c constraints/serve.txt -e '.[serve]' --group test --group check
	touch $@

.PHONY: help install
