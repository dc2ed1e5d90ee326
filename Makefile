# One verb per check; `.ci/run` calls only these. `make help` lists them.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# Tests start hundreds of processes: where Python is told to keep no bytecode, each compiles all
# that it imports once more, which more than doubles its start
unexport PYTHONDONTWRITEBYTECODE

PYTHON  ?= python3
VENV    := .venv
BIN     := $(VENV)/bin
TOOLS   := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/ragline
UV      := $(shell command -v uv 2>/dev/null || echo $(TOOLS)/uv/bin/uv)
SERVICES := $(notdir $(wildcard services/*))
MEMBERS := shared cli evaluation $(SERVICES:%=services/%)
# Three keep two cores busy: tests often wait (`tests/stack_scheduling.py` says which share a worker).
# In the order of collection, the long ones come first
AT_ONCE := -n 3 --no-loadscope-reorder
# Services that may use a model on torch; none does by default
WITH_TORCH := generator ingestor reranker retriever
# Services that embed
EMBEDDING := ingestor retriever
RUNNING := shared cli $(SERVICES:%=services/%)
PROJECTS := $(wildcard */pyproject.toml services/*/pyproject.toml)
# What `make compare` compares with: dependency groups of evaluation/pyproject.toml
PEERS := haystack langchain llamaindex
BROWSERS := chromium chromium-browser google-chrome
LOCK    := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
           --no-header --no-annotate --no-emit-index-url --no-emit-find-links \
           $(patsubst %,--no-emit-package %,ragline $(SERVICES:%=ragline-%)) $(UPGRADE)

.PHONY: help
help: ## list the verbs
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

$(TOOLS)/uv/bin/uv:
	@echo "uv is missing: installing it into $(TOOLS)/uv"
	@$(PYTHON) -m venv $(TOOLS)/uv
	@$(TOOLS)/uv/bin/pip install --quiet uv

# Makes the environment of a target FOLDER/.ready from its lock, which the target names first
define install
$(call sync)
@VIRTUAL_ENV=$(@D) $(UV) pip install --quiet --no-deps $(addprefix -e ./,$(1))
@touch $@
endef

# The packages of its lock alone
define sync
@test -x $(@D)/bin/python || $(UV) venv --quiet --python '>=3.11' $(@D)
@VIRTUAL_ENV=$(@D) $(UV) pip sync --require-hashes $<
endef

.PHONY: setup
setup: $(VENV)/.ready ## install everything that the workspace needs into .venv

$(VENV)/.ready: requirements/dev.txt $(PROJECTS) | $(UV)
	@echo "Installing pinned packages into $(VENV) (1.7 GB on disk)"
	$(call install,$(MEMBERS))

$(VENV)-extras/.ready: requirements/dev-extras.txt $(PROJECTS) | $(UV)
	@echo "Installing pinned packages, torch, OCR and a multilingual model into $(VENV)-extras"
	$(call install,$(MEMBERS))

.PHONY: lock
lock: | $(UV) ## pin every dependency with hashes (UPGRADE=--upgrade for newer versions)
	$(LOCK) --group dev $(addsuffix /pyproject.toml,$(MEMBERS)) -o requirements/dev.txt
	for service in $(SERVICES) ; do \
	  $(LOCK) -c requirements/dev.txt services/$$service/pyproject.toml -o requirements/$$service.txt ; done
	$(LOCK) -c requirements/dev.txt --group dev --group extras --extra torch --extra ocr --extra multilingual $(addsuffix /pyproject.toml,$(MEMBERS)) -o requirements/dev-extras.txt
	for service in $(WITH_TORCH) ; do \
	  $(LOCK) -c requirements/dev-extras.txt --extra torch services/$$service/pyproject.toml -o requirements/$$service-torch.txt ; done
	for service in $(EMBEDDING) ; do \
	  $(LOCK) -c requirements/dev-extras.txt --extra multilingual services/$$service/pyproject.toml -o requirements/$$service-multilingual.txt ; done
	$(LOCK) -c requirements/dev.txt --extra models services/generator/pyproject.toml -o requirements/generator-models.txt
	$(LOCK) -c requirements/dev.txt --extra ocr services/ingestor/pyproject.toml -o requirements/ingestor-ocr.txt
	$(LOCK) -c requirements/dev.txt --extra traces shared/pyproject.toml -o requirements/traces.txt
	$(LOCK) -c requirements/dev.txt cli/pyproject.toml -o requirements/cli.txt
	$(LOCK) -c requirements/dev.txt $(RUNNING:%=%/pyproject.toml) -o requirements/demo.txt
	$(LOCK) -c requirements/dev.txt --extra llm $(RUNNING:%=%/pyproject.toml) -o requirements/demo-llm.txt
	for peer in $(PEERS) ; do \
	  $(LOCK) --override evaluation/peers/overrides.txt --group evaluation/pyproject.toml:$$peer -o evaluation/peers/requirements/$$peer.txt ; done

# Who develops has what the demo needs in .venv already
DEV := $(patsubst %/.ready,%,$(wildcard $(VENV)/.ready))
DEMO := $(or $(DEV),$(VENV)-demo)
DEMO_LLM := $(or $(DEV),$(VENV)-demo-llm)
# The chat model: 0.5b or 1.5b
MODEL := 0.5b

$(VENV)-demo/.ready: requirements/demo.txt $(PROJECTS) | $(UV)
	@echo "Installing pinned packages into $(VENV)-demo (620 MB on disk)"
	$(call install,$(RUNNING))

$(VENV)-demo-llm/.ready: requirements/demo-llm.txt $(PROJECTS) | $(UV)
	@echo "Installing pinned packages and llama.cpp into $(VENV)-demo-llm (700 MB on disk)"
	$(call install,$(RUNNING))

.PHONY: llm
llm: $(DEMO_LLM)/.ready ## fetch a chat model for this machine: MODEL=0.5b (491 MB) or 1.5b (1.1 GB)
	@$(DEMO_LLM)/bin/ragline llm --model $(MODEL)

.PHONY: demo
demo: $(if $(LLM),llm,$(DEMO)/.ready) ## the whole pipeline on this machine: DOCS=folder Q="question" for your own text; LLM=1 for a chat model
	@$(if $(LLM),$(DEMO_LLM),$(DEMO))/bin/ragline demo $(if $(LLM),--llm --llm-model $(MODEL)) $(if $(DOCS),--docs "$(DOCS)") $(if $(Q),--question "$(Q)")

.PHONY: up
up: setup ## the real stack (Weaviate), all services and the console; Ctrl-C stops all
	@$(BIN)/ragline up --stack real

# A failure is only reported: $(3)
define from_apt
if command -v $(1) >/dev/null ; then exit 0 ; fi ; \
if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null ; then \
  echo "$(2) is missing: installing it with apt-get" ; \
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
    apt-get install -qq -y --no-install-recommends $(2) >/dev/null || true ; \
fi ; \
command -v $(1) >/dev/null || echo "No $(2): $(3)"
endef

.PHONY: browser
browser: ## a Chromium for the console's tests, installed where that is possible
	@$(call from_apt,$(BROWSERS),chromium,the console's tests in a browser will be skipped)

.PHONY: promtool
promtool: ## Prometheus' promtool for the tests of the alerts, installed where that is possible
	@$(call from_apt,promtool,prometheus,the alerts will not be tried)

.PHONY: weaviate
weaviate: setup ## a Weaviate for the tests, built once where Go is (5 min on two cores)
	@$(BIN)/python -m tests.weaviate_program

.PHONY: test
test: setup browser promtool $(if $(TESTS),,weaviate) ## the tests, on real servers (TESTS=path for some of them, also slow ones)
	@$(BIN)/pytest $(AT_ONCE) $(or $(TESTS),-m "not slow")

.PHONY: test-slow
test-slow: setup browser promtool weaviate ## further looks that take minutes: deeper, on the other stack, the pages' examples
	@$(BIN)/pytest $(AT_ONCE) -m slow

.PHONY: test-extras
test-extras: $(VENV)-extras/.ready ## the tests of the extras torch, ocr and multilingual, in .venv-extras (downloads 3 GB more)
	@$(VENV)-extras/bin/pytest -q tests/extras tests/integration/models tests/structure/test_patterns.py

.PHONY: unit
unit: setup ## the fast tests: no network, no processes
	@$(BIN)/pytest -q $(AT_ONCE) tests/structure tests/unit tests/contract tests/deploy

.PHONY: format
format: setup ## rewrite the sources in the project's format
	@$(BIN)/ruff format --quiet .
	@$(BIN)/ruff check --quiet --fix .

.PHONY: lint
lint: setup ## format, lint, types, import rules, the Dockerfile, schemas and AsyncAPI up to date
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/hadolint --no-color deploy/docker/Dockerfile
	@$(BIN)/mypy shared cli evaluation services tests deploy
	@$(BIN)/lint-imports
	@$(BIN)/ragline schemas check
	@$(BIN)/ragline asyncapi check

.PHONY: manifests
manifests: setup ## render the Kubernetes manifests and validate them offline
	@$(BIN)/ragline manifests check

.PHONY: verify-kubernetes
verify-kubernetes: manifests ## the manifests on a real API server, which is built once (20 min on two cores)
	@$(BIN)/python -m tests.kubernetes
	@command -v kubectl >/dev/null || echo "No kubectl: what the runbooks tell to type is not tried"
	@RAGLINE_TEST_REQUIRE=1 $(BIN)/pytest -q -m "not slow" tests/kubernetes

.PHONY: verify-autoscaling
verify-autoscaling: manifests ## KEDA's operator, built once (12 min more), scales a stage there by its lag
	@$(BIN)/python -m tests.kubernetes autoscaling
	@RAGLINE_TEST_REQUIRE=1 $(BIN)/pytest -q tests/kubernetes/test_autoscaling.py \
		tests/kubernetes/test_ingest_to_zero.py

.PHONY: buildah
buildah: ## what builds images without a container engine, installed where that is possible
	@$(call from_apt,buildah,buildah,no image can be built)
	@$(call from_apt,debootstrap,debootstrap,no image can be built)

.PHONY: images
images: setup buildah ## every image, built as root without a container engine, started and checked (5 min)
	@$(BIN)/python -m tests.images.image_builder
	@RAGLINE_TEST_IMAGES=1 RAGLINE_TEST_REQUIRE=1 $(BIN)/pytest -q tests/images

.PHONY: generated
generated: setup ## write everything that is made from the code: schemas, AsyncAPI, manifests, tables
	@$(BIN)/ragline schemas write
	@$(BIN)/ragline asyncapi write
	@$(BIN)/ragline manifests render

.PHONY: bench
bench: setup ## messages per second and latencies on the real stack, into build/reports/bench.json
	@$(BIN)/ragline bench --stack real

# Frameworks that Ragline is compared with, each in an environment of its own
$(PEERS:%=$(VENV)-%/.ready): $(VENV)-%/.ready: evaluation/peers/requirements/%.txt | $(UV)
	@echo "Installing pinned packages into $(VENV)-$* (350 MB on disk)"
	$(call sync)
	@touch $@

.PHONY: compare
compare: setup $(PEERS:%=$(VENV)-%/.ready) ## Ragline beside Haystack, LangChain and LlamaIndex (ARGS=--help)
	@$(BIN)/ragline eval compare $(ARGS)

.PHONY: chaos
chaos: setup ## everything fails in turn under load, and a checker says what was lost (ARGS=--help)
	@$(BIN)/python -m tests.chaos $(ARGS)

.PHONY: chaos-nightly
chaos-nightly: setup ## the faults of all layouts (clusters, small disks, hostile input) and one report
	@$(BIN)/python -m tests.chaos --all $(ARGS)

.PHONY: fuzz
fuzz: setup ## generated and damaged records at a running stack, each of which must end (ARGS=--help)
	@$(BIN)/python -m tests.fuzz $(ARGS)

.PHONY: load
load: setup ## 10,000 event streams and 500 questions a second on one gateway (ARGS=--help)
	@$(BIN)/python -m tests.load $(ARGS)

.PHONY: clean
clean: ## remove the environment and everything built
	rm -rf $(VENV) $(VENV)-demo $(VENV)-demo-llm $(VENV)-extras $(PEERS:%=$(VENV)-%) build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
