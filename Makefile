# Every daily command. `make` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/sh

# The first of these that is Python 3.11.
PYTHON ?= $(shell for candidate in python3.11 python3 python; do \
	$$candidate -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null && echo $$candidate && break; done)
ML := .venv-ml/bin
SERVE := .venv-serve/bin
PIP_FLAGS := --quiet --disable-pip-version-check

# What `make run` runs on: your own folder of demand, else the simulated sample.
DATA ?=
SAMPLE := .lakecast/simulated-nova-corrente
# The simulated sample has a lake of its own: it is not served beside real data unless LAKE says so.
LAKE ?= $(or $(LAKECAST_LAKE),.lakecast/$(if $(DATA),lake,sample-lake))
PORT ?= 8000
DOCS_PORT ?= 8080
WHEEL ?=
TRY_PYTHON ?=
SITE := .lakecast/site
ADDRESS := 127.0.0.1

# The public sets of the benchmarks, and what they keep between runs.
PUBLIC_DATA ?= $(or $(LAKECAST_DATA),../shared/data)
BENCH := .lakecast/bench

# Suites of tests that run at a time.
JOBS ?= 3

help: ## list the recipes
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 22

install: .venv-ml/.installed .venv-serve/.installed ## build both environments: .venv-ml and .venv-serve

.venv-ml/.installed: pyproject.toml constraints/ml.txt
	@echo "Building .venv-ml, the training environment: several minutes the first time."
	@$(call new-environment,.venv-ml)
	@$(ML)/pip install $(PIP_FLAGS) -c constraints/ml.txt -e '.[ml,dask]' --group test --group test-ml --group check-ml --group docs
	@touch $@

.venv-serve/.installed: pyproject.toml constraints/serve.txt ops/native_build.py graphql/lakecast_graphql/rows/_interleave.c
	@echo "Building .venv-serve, the serving environment: a minute or two the first time."
	@$(call new-environment,.venv-serve)
	@$(SERVE)/pip install $(PIP_FLAGS) -c constraints/serve.txt -e '.[serve,traces]' --group test --group test-serve --group check
	@touch $@

define new-environment
test -n "$(PYTHON)" || { echo "Python 3.11 was not found. Install it, or say where it is: make PYTHON=/path/to/python3.11" >&2; exit 1; }; \
$(PYTHON) -m venv $(1) && $(1)/bin/pip install $(PIP_FLAGS) --upgrade 'pip>=25.1'
endef

run: install ## files to forecasts to a running server; DATA=folder (else the simulated sample), PORT=8000, LAKE=uri
	@$(SERVE)/python -m lakecast_ops.ports $(ADDRESS) $(PORT)
	@$(if $(DATA),,$(ML)/lakecast sample $(SAMPLE))
	@$(ML)/lakecast run --data '$(or $(DATA),$(SAMPLE))' --lake '$(LAKE)'
	@exec $(SERVE)/lakecast serve --lake '$(LAKE)' --host $(ADDRESS) --port $(PORT) --dev --example

test: install ## the whole test suite, in both environments, three parts at a time (JOBS=1: one); ARGS="-k refresh" for some of it
	@tests/tools.sh
	@JOBS='$(JOBS)' $(PYTHON) tests/run.py $(ARGS)

check: install ## format, lint, types, import contracts, dead code, compose file, manifests, images, docs: changes nothing
	$(ML)/ruff format --check .
	$(ML)/ruff check .
	$(ML)/mypy schema lake assets ops/lakecast_ops ops/reference_pages.py $(wildcard ops/bench/forecasting ops/bench/decisions ops/bench/input ops/bench/pipeline)
	$(SERVE)/mypy schema lake graphql ops/lakecast_ops $(wildcard ops/bench/serving)
	$(ML)/lint-imports
	$(ML)/python ops/dead_code.py
	$(ML)/check-jsonschema --builtin-schema vendor.compose-spec compose.yaml compose.dask.yaml
	$(ML)/hadolint ops/images/*.Dockerfile
	$(ML)/kubernetes-validate --strict --quiet $(filter-out %/kustomization.yaml,$(wildcard ops/kubernetes/*/*.yaml))
	$(ML)/sphinx-build -q -W --keep-going docs $(SITE)
	$(ML)/pip check
	$(SERVE)/pip check
	$(ML)/python ops/audit.py

docs: install ## the documentation as a site, on port 8080 (DOCS_PORT)
	@$(ML)/sphinx-build -q -W --keep-going docs $(SITE)
	@echo "http://$(ADDRESS):$(DOCS_PORT)/ until Ctrl-C"
	@$(ML)/python -m http.server $(DOCS_PORT) --bind $(ADDRESS) --directory $(SITE) >/dev/null 2>&1 || test $$? = 130

advisories: install ## look our packages up in FROM=checkout of pypa/advisory-database, for the audit in make check
	@$(ML)/python ops/audit.py --copy-from '$(FROM)' --day "$$(git -C '$(FROM)' log -1 --format=%cs)"

secrets: ## write the passwords and keys of compose.yaml to secrets/, once
	@$(PYTHON) ops/compose/new_secrets.py secrets

format: install ## format the code and repair what the linter can
	$(ML)/ruff format .
	$(ML)/ruff check --fix .

dist: .venv-release/.installed ## what is released, in dist/: sources, a wheel with the C module and one without it
	@rm -rf dist && WITHOUT_C=1 .venv-release/bin/pyproject-build --outdir dist && .venv-release/bin/pyproject-build --wheel --outdir dist

try-wheels: dist install ## install each extra from the wheel alone and use it; installs gigabytes. WHEEL=file, TRY_PYTHON=python3.13, ARGS="-k serve"
	@TRY_PYTHON='$(TRY_PYTHON)' LAKECAST_WHEEL='$(or $(WHEEL),$(wildcard dist/*-any.whl))' $(ML)/pytest -s tests/release $(ARGS)

.venv-release/.installed:
	@$(call new-environment,.venv-release)
	@.venv-release/bin/pip install $(PIP_FLAGS) --group release
	@touch $@

try-mlflow: .venv-mlflow/.installed install ## copy a run to a real MLflow over a folder
	@.venv-mlflow/bin/python -m pytest tests/mlflow $(ARGS)

.venv-mlflow/.installed: pyproject.toml constraints/mlflow.txt
	@echo "Building .venv-mlflow, beside the training environment."
	@$(call new-environment,.venv-mlflow)
	@.venv-mlflow/bin/pip install $(PIP_FLAGS) -c constraints/mlflow.txt -e '.[mlflow]' --group test
	@touch $@

dashboard: ## build the buyer's page after a change in graphql/dashboard; needs Node 20 and npm
	@cd graphql/dashboard && npm ci --no-audit --no-fund && npm run build

dagster: DATA = landing
dagster: install ## the Dagster UI on port 3000
	@mkdir -p .lakecast/dagster && cp ops/dagster.yaml .lakecast/dagster/
	LAKECAST_LAKE='$(LAKE)' DAGSTER_HOME=$(CURDIR)/.lakecast/dagster $(ML)/dagster dev -w workspace.yaml -p 3000

bench-forecasting: .venv-bench/.installed install ## our forecasts beside the peers' on public sets; FULL=1 for all series
	@PYTHONPATH=ops OMP_NUM_THREADS=1 .venv-bench/bin/python -m bench.forecasting.peers --data '$(PUBLIC_DATA)' \
		--cache $(BENCH)/peers $(if $(FULL),--full)
	@PYTHONPATH=ops OMP_NUM_THREADS=1 $(ML)/python -m bench.forecasting.ours --data '$(PUBLIC_DATA)' --cache $(BENCH)/ours
	@PYTHONPATH=ops $(ML)/python -m bench.forecasting.report --data '$(PUBLIC_DATA)' --ours $(BENCH)/ours \
		--peers $(BENCH)/peers --scale $(BENCH)/scale.jsonl --out ops/bench/forecasting/RESULTS.md

bench-decisions: install ## the reorder advice judged by the demand that came, beside the peers; FULL=1 for all items
	@PYTHONPATH=ops OMP_NUM_THREADS=1 $(ML)/python -m bench.decisions --data '$(PUBLIC_DATA)' \
		--cache $(BENCH)/decisions --out ops/bench/decisions/RESULTS.md $(if $(FULL),--full)

bench-input: install ## what lakecast check costs on ten million rows, beside Arrow's CSV reader alone
	@PYTHONPATH=ops $(ML)/python -m bench.input --cache $(BENCH)/input --out ops/bench/input/RESULTS.md $(ARGS)

bench-pipeline: install ## what runs cost beside training, and that nothing is trained twice
	@PYTHONPATH=ops OMP_NUM_THREADS=1 $(ML)/python -m bench.pipeline --cache $(BENCH)/pipeline \
		--out ops/bench/pipeline/RESULTS.md $(ARGS)

bench-scale: install ## what 1,000 and 10,000 items of daily demand cost; bench-forecasting shows it
	@PYTHONPATH=ops OMP_NUM_THREADS=1 $(ML)/python -m bench.forecasting.scale --out $(BENCH)/scale.jsonl

bench-serving: install ## our server beside the bytes limit and the peers; ARGS="--parts compare --rounds 3" for some of it
	@ops/bench/serving/tools.sh $(BENCH)/serving/peers $(PYTHON)
	@PYTHONPATH=ops $(SERVE)/python -m bench.serving --cache $(BENCH)/serving --peers $(BENCH)/serving/peers \
		--out ops/bench/serving/RESULTS.md $(ARGS)

faults: install ## pins, writers, files, Redis and the lake failing by the hundred, hosts by twenties; ARGS="-k pins" for some of it
	@LAKECAST_FAULTS=full $(SERVE)/pytest tests/faults/serving $(ARGS) || test $$? = 5
	@LAKECAST_FAULTS=full $(ML)/pytest tests/faults/pipeline $(ARGS) || test $$? = 5 # none of them was asked for

soak: install ## a server under honest and hostile clients for half an hour: memory, descriptors, errors; ARGS="--minutes 6"
	@PYTHONPATH=ops $(SERVE)/python -m bench.serving.soak --cache $(BENCH)/serving --out ops/bench/serving/SOAK.md $(ARGS)

bench-attacks: install ## what other clients wait for, and how the server grows, under each of 22 attacks
	@PYTHONPATH=ops $(SERVE)/python -m bench.serving.attacks --cache $(BENCH)/serving --out ops/bench/serving/ATTACKS.md $(ARGS)

bench-page: install ## how fast the buyer's page is with 10,000 items on a slow computer; needs Chromium
	@PYTHONPATH=ops $(SERVE)/python -m bench.serving.page --cache $(BENCH)/serving $(ARGS)

mutants: .venv-mutants/.installed install ## break modules in random places: do tests notice? ARGS="MODULE_OR_FOLDER --count 60"
	@.venv-mutants/bin/python tests/mutants.py $(ARGS)

.venv-mutants/.installed: tests/mutants.requirements.txt
	@$(call new-environment,.venv-mutants)
	@.venv-mutants/bin/pip install $(PIP_FLAGS) -r tests/mutants.requirements.txt
	@touch $@

.venv-bench/.installed: ops/bench/forecasting/requirements.txt
	@$(call new-environment,.venv-bench)
	@.venv-bench/bin/pip install $(PIP_FLAGS) -r ops/bench/forecasting/requirements.txt
	@touch $@

.PHONY: help install run test check advisories docs dist try-wheels try-mlflow secrets format dashboard dagster bench-input bench-forecasting bench-decisions bench-pipeline bench-scale bench-serving bench-attacks bench-page faults soak mutants
