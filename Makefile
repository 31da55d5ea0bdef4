# biorelay. `make help` lists the targets; each does its own set-up, no activation needed.
PYTHON ?= python3
BIN := .venv/bin
DEV := .venv-dev/bin
PIP_FLAGS := --quiet --disable-pip-version-check --require-hashes --no-deps
NICE_NAME = printf '\033[1m%s\033[0m\n'
ifeq ($(TERM),)
NICE_NAME = printf '%s\n'
endif

.DEFAULT_GOAL := help
.PHONY: help install install-train demo test test-serve test-rest test-graph test-stream test-system test-train test-fast check services services-down train train-smoke chaos fuzz fuzz-guided soak reliability audit sbom bench-extract bench-gpu bench-stream bench-scale bench-watch bench-poison bench-outages bench-edge bench-graph bench-discovery bench-exchange bench-page bench-operator capacity schemas dashboards panels check-deploy docs locks clean

help: ## this list
	@grep -hE '^[a-z][a-z-]*:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-15s %s\n", $$1, $$2}'

install: .venv/.installed ## the serving environment in .venv (no torch), with .venv/bin/biorelay

install-train: .venv-dev/.installed ## the training and development environment in .venv-dev (torch, about 5 GB)

.venv/.installed: requirements/serve.txt
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v <= (3, 13) else f"biorelay needs Python 3.11 to 3.13, and $(PYTHON) is {v[0]}.{v[1]}: make PYTHON=python3.11 ...")'
	@$(NICE_NAME) "Installing the serving environment into .venv (about a minute)"
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install $(PIP_FLAGS) -r requirements/serve.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv-dev/.installed: requirements/dev.txt
	@$(NICE_NAME) "Installing the training environment into .venv-dev (two to four minutes, about 5 GB)"
	@$(PYTHON) -m venv --clear .venv-dev
	@$(DEV)/python -m pip install $(PIP_FLAGS) -r requirements/dev.txt
	@$(DEV)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: install ## abstracts through topics, agents and graph to a multi-hop answer, on this machine alone
	@$(BIN)/biorelay demo

test: test-serve test-train ## every test: unit, contract, real Kafka and Neo4j, training smoke (make -j3 test: side by side)

test-serve: test-graph test-stream test-system test-rest

# Four parts of like length, each with services of its own: two mostly wait, for brokers, workers and what was killed.
GRAPH := tests/graphstore tests/browser
STREAM := tests/stream
SYSTEM := tests/end_to_end tests/deploy tests/security tests/chaos
SERVE = $(BIN)/python -m pytest -m "not torch" $(PYTEST_FLAGS)

test-rest: install
	@$(NICE_NAME) "Tests in the serving environment, but those of the three other parts (with a real Neo4j where Java and Maven are)"
	@$(SERVE) $(GRAPH:%=--ignore=%) $(STREAM:%=--ignore=%) $(SYSTEM:%=--ignore=%)

test-graph: install
	@$(NICE_NAME) "Tests of the graph and of its page (with a real Neo4j where Java and Maven are, a real browser where Chromium is)"
	@$(SERVE) $(GRAPH)

test-stream: install
	@$(NICE_NAME) "Tests of the stream (with a real Kafka and Neo4j where Java and Maven are)"
	@$(SERVE) $(STREAM)

test-system: install
	@$(NICE_NAME) "Tests of the whole: end to end, deployment, security, faults (with a real Kafka and Neo4j where Java and Maven are)"
	@$(SERVE) $(SYSTEM)

test-train: install-train
	@$(NICE_NAME) "Tests in the training environment"
	@$(DEV)/python -m pytest -m torch $(PYTEST_FLAGS)

test-fast: install ## no torch, no services, under three minutes
	@$(BIN)/python -m pytest -m "not torch and not kafka and not neo4j and not slow" $(PYTEST_FLAGS)

check: install-train ## ruff, mypy strict, import floors, docs examples
	@$(NICE_NAME) "ruff"
	@$(DEV)/ruff check .
	@$(DEV)/ruff format --check .
	@$(NICE_NAME) "mypy --strict"
	@$(DEV)/mypy
	@$(NICE_NAME) "import floors"
	@$(DEV)/lint-imports --no-cache
	@$(NICE_NAME) "docs examples"
	@$(DEV)/python -m pytest -q tests/docs -m "not kafka and not neo4j"

services: install ## a real Kafka and a real Neo4j as local processes under .local/ (Java and Maven)
	@$(BIN)/python -m deploy.local up

services-down: install ## stop them; their data stays in .local/
	@$(BIN)/python -m deploy.local down

.venv-tools/.installed: requirements/tools.txt
	@$(PYTHON) -m venv --clear .venv-tools
	@.venv-tools/bin/python -m pip install $(PIP_FLAGS) -r requirements/tools.txt
	@touch $@

chaos: install ## rounds of faults on a real Kafka and Neo4j, each proven (ROUNDS=20 SEED=1, CHAOS_FLAGS=--store)
	@$(BIN)/python -m benchmarks.chaos --rounds $(or $(ROUNDS),20) --seed $(or $(SEED),1) $(CHAOS_FLAGS)

fuzz: install ## inputs that are valid samples with something changed, for every reader, decoder and command (SECONDS=60, FUZZ_FLAGS=--store)
	@$(BIN)/python -m benchmarks.fuzz --seconds $(or $(SECONDS),60) $(FUZZ_FLAGS)

fuzz-guided: install-train ## the same, led by atheris to inputs that reach new code (Linux)
	@$(DEV)/python -m benchmarks.fuzz --guided --seconds $(or $(SECONDS),600) $(FUZZ_FLAGS)

soak: install-train ## a steady load under faults, on a real Kafka and Neo4j: what grows (MINUTES=60, SOAK_FLAGS=--store)
	@$(DEV)/python -m benchmarks.soak --minutes $(or $(MINUTES),60) $(SOAK_FLAGS)

reliability: install ## docs/reliability.md anew from the stored results
	@$(BIN)/python -m benchmarks.reliability

audit: install .venv-tools/.installed ## pip-audit over the serving lock; says so where no database can be reached
	@$(BIN)/python -m deploy.supply_chain audit

sbom: install .venv-tools/.installed ## dist/biorelay.cdx.json: CycloneDX 1.6 of the serving environment
	@$(BIN)/python -m deploy.supply_chain sbom

train: install-train ## train the shipped model, encoder first, from the corpora in DATA (default ../shared/data)
	@$(DEV)/biorelay train relay-base --data $(or $(DATA),../shared/data)
	@$(DEV)/biorelay train relay-mini --data $(or $(DATA),../shared/data)

train-smoke: install-train ## every kind of recipe for a few steps on samples
	@$(DEV)/python -m pytest -q -m torch tests/models/training/test_smoke.py

bench-extract: install-train ## documents a second beside transformers and optimum pipelines with the same weights (BENCH_FLAGS=--check or --store)
	@$(DEV)/python -m benchmarks.bench_extract --data $(or $(DATA),../shared/data) $(BENCH_FLAGS)

bench-gpu: install ## the encoder on a GPU beside int8 on the CPU; MODEL is a folder of `biorelay models convert`, needs biorelay[gpu]
	@$(BIN)/python -m benchmarks.bench_gpu $(MODEL) --data $(or $(DATA),../shared/data)

bench-stream: install ## the worker beside extract and a plain consumer, on a real Kafka and Neo4j (3 to 5 minutes)
	@$(BIN)/python -m benchmarks.bench_stream --data $(or $(DATA),../shared/data) $(BENCH_FLAGS)

bench-scale: install-train ## cost against documents, length, entities, threads and processes; pictures
	@$(DEV)/python -m benchmarks.bench_scale --data $(or $(DATA),../shared/data) $(BENCH_FLAGS)

bench-watch: install ## what standing questions cost a graph batch, and how soon their answers are told
	@$(BIN)/python -m benchmarks.bench_watch --data $(or $(DATA),../shared/data) $(BENCH_FLAGS)

bench-poison: install ## what documents that fail cost their neighbours, by stage and kind (POISON_FLAGS)
	@$(BIN)/python -m benchmarks.bench_poison $(POISON_FLAGS)

bench-outages: install ## broker and graph away, slow, full or refusing: memory, dead letters, recovery, shutdown (half an hour)
	@$(BIN)/python -m benchmarks.bench_outages --long 600

bench-edge: install-train ## one core and 512 MB: documents a second, peak memory, cold start
	@$(DEV)/python -m benchmarks.bench_edge $(BENCH_FLAGS)

bench-graph: install-train ## upserts and queries on both engines at growing sizes, beside the usual way (BENCH_FLAGS=--check or --store)
	@$(DEV)/python -m benchmarks.bench_graph --data $(or $(DATA),../shared/data) $(BENCH_FLAGS)

bench-discovery: install-train ## growth, time-sliced discovery, significance; RELATIONS are files of biorelay extract
	@$(DEV)/python -m benchmarks.bench_discovery --data $(or $(DATA),../shared/data) --relations $(RELATIONS) --links graph,hybrid

bench-exchange: install ## rates of imports and exports
	@$(BIN)/python -m benchmarks.bench_exchange --data $(or $(DATA),../shared/data) $(BENCH_FLAGS)

bench-operator: install-train ## a graph that goes away for a minute, followed on the dashboards alone (OPERATOR_FLAGS)
	@$(DEV)/python -m benchmarks.bench_operator --data $(or $(DATA),../shared/data) $(OPERATOR_FLAGS)

bench-page: install-train ## how smoothly the explorer's page moves large graphs
	@$(DEV)/python -m benchmarks.bench_page $(BENCH_FLAGS)

capacity: install-train ## docs/capacity.md anew from the stored results
	@$(DEV)/python -m benchmarks.capacity

schemas: install ## write the records' JSON Schemas, the AsyncAPI and OpenAPI documents and the chart's values schema and the reference pages anew
	@$(BIN)/python -m processors.schemas
	@$(BIN)/python -m stream.asyncapi
	@$(BIN)/python -m biorelay.explorer > docs/openapi.json
	@$(BIN)/python -m deploy.check schema
	@$(BIN)/python -m deploy.site.reference

dashboards: install ## a demonstration with its status page, and a Prometheus with the alerts where one is installed; Ctrl-C ends all
	@$(BIN)/python -m deploy.monitor $(MONITOR_FLAGS)

panels: install ## write the Grafana dashboards and docs/metrics.md anew
	@$(BIN)/python -m deploy.dashboards

docs: .venv-docs/.installed ## the documentation site in build/site, without outside hosts; a broken link fails
	@NO_MKDOCS_2_WARNING=1 .venv-docs/bin/mkdocs build --quiet --strict -f deploy/site/mkdocs.yml -d $(CURDIR)/build/site

.venv-docs/.installed: requirements/docs.txt
	@$(PYTHON) -m venv --clear .venv-docs
	@.venv-docs/bin/python -m pip install $(PIP_FLAGS) -r requirements/docs.txt
	@touch $@

check-deploy: install ## images, compose and Helm chart as far as files tell; builds helm and kubeconform once (Go, some minutes)
	@$(BIN)/python -m deploy.check

LOCK := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --quiet --custom-compile-command "make locks" --extra cpu --group test
IMAGE_LOCK := uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --quiet --no-annotate --custom-compile-command "make locks"
locks: ## resolve the hashed lock files anew, the images' from the environments' (needs uv)
	$(LOCK) -o requirements/serve.txt
	$(LOCK) requirements/dev.in --extra train --group check --group fuzz -o requirements/dev.txt
	uv pip compile requirements/tools.in --universal --python-version 3.11 --generate-hashes --no-emit-index-url --quiet --custom-compile-command "make locks" -o requirements/tools.txt
	uv pip compile requirements/docs.in --universal --python-version 3.11 --generate-hashes --no-emit-index-url --quiet --custom-compile-command "make locks" -o requirements/docs.txt
	$(IMAGE_LOCK) deploy/locks/build.in -c requirements/serve.txt -o deploy/locks/build.txt
	$(IMAGE_LOCK) pyproject.toml --extra cpu -c requirements/serve.txt -o deploy/locks/serving.txt
	$(IMAGE_LOCK) pyproject.toml --extra gpu -c requirements/serve.txt -o deploy/locks/gpu.txt
	$(IMAGE_LOCK) pyproject.toml requirements/dev.in --extra cpu --extra train -c requirements/dev.txt -o deploy/locks/training.txt

clean: ## remove both environments and every cache; .local/ stays
	rm -rf .venv .venv-dev .venv-tools .venv-docs build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
