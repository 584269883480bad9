# Two commands from a bare clone: `make run` and `make test`. Both may be run again.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory

# The first Python that is new enough; else python3, which the check below then complains about.
ifndef PYTHON
PYTHON := $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	command -v $$p >/dev/null && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' && { echo $$p; exit; }; \
	done; echo python3)
endif
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
PORT ?=
ONCE ?=

# torch for the CPU: the usual wheel brings gigabytes of CUDA. Where that index is out of reach, pip
# takes what it finds. It comes before the others, alone, so that only it is looked up there.
TORCH := 'torch==2.13.0' --extra-index-url https://download.pytorch.org/whl/cpu --retries 1 --timeout 10

# A venv of this checkout, whatever environment the shell is in.
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# $(call apt,PACKAGES,WHY): install with apt-get where that needs no password, else say what to do.
define apt
	sudo=; [ "$$(id -u)" = 0 ] || sudo="sudo -n"; \
	if command -v apt-get >/dev/null && { [ -z "$$sudo" ] || $$sudo true 2>/dev/null; }; then \
		echo "== installing $(1): $(2)"; \
		$$sudo apt-get update -qq || true; \
		DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq --no-install-recommends $(1); \
	else \
		echo "$(1) is missing: $(2). Install it (Debian, Ubuntu: sudo apt-get install $(1)) and run make again." >&2; \
		exit 1; \
	fi
endef

.PHONY: help
help: ## what there is
	@echo "Vivavoce. From a bare clone:"
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1@\2/p' $(MAKEFILE_LIST) | while IFS=@ read -r name what; do \
		printf '%-12s %s\n' "$$name" "$$what"; done | sed 's/^/  /'

.PHONY: run
run: $(VENV)/.run weights ## set up, show the recorded demo conversation, then serve until Ctrl-C (ONCE=1: stop after the demo; PORT=N)
	@$(BIN)/vivavoce demo $(if $(ONCE),,--serve) $(if $(PORT),--port $(PORT)) || { rc=$$?; [ $$rc = 130 ] || exit $$rc; }

.PHONY: test
test: $(VENV)/.test weights chromium servers ## lint, types, layers, the whole test suite (ARGS='-k floor' goes to pytest)
	@echo "== lint, types, layers"
	@$(BIN)/mypy & types=$$!; $(BIN)/ruff check; $(BIN)/lint-imports; wait $$types
	@echo "== tests"; $(BIN)/python -m pytest -n 2 --dist loadgroup --no-loadscope-reorder $(ARGS)

.PHONY: bench
bench: $(VENV)/.test weights ## all measurements, against Pipecat too, about half an hour (ARGS='--only gap' picks)
	@$(BIN)/python -m bench.talk $(ARGS)

.PHONY: weights
weights: | $(VENV)/.venv
	@$(BIN)/vivavoce weights pull

.PHONY: clean
clean: ## remove the environment and the caches (the weights stay: see vivavoce weights where)
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find src tests bench -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps: an environment, with the extras to run, with the extras to test.
$(VENV)/.venv:
	@command -v $(PYTHON) >/dev/null || [ $(PYTHON) = python3 ] || { echo "there is no $(PYTHON) here" >&2; exit 1; }
	@command -v $(PYTHON) >/dev/null || { $(call apt,python3 python3-venv,Vivavoce is written in Python); }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Vivavoce needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V 2>&1). Name another one: make PYTHON=python3.12 …" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		v=$$($(PYTHON) -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])'); \
		$(call apt,$$v,Python makes environments with it); }
	@echo "== environment in $(VENV)"
	@rm -rf $(VENV); $(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.run: pyproject.toml | $(VENV)/.venv
	@echo "== installing"
	@$(BIN)/python -m pip install -e '.[voice,talk,experts]'
	@touch $@

$(VENV)/.test: pyproject.toml | $(VENV)/.venv
	@echo "== installing, with what the tests need"
	@$(BIN)/python -m pip install --no-deps $(TORCH)
	@$(BIN)/python -m pip install -e '.[dev,voice,talk,experts,diffusion]'
	@touch $@ $(VENV)/.run

.PHONY: servers
servers:
	@PATH="$$PATH:/usr/sbin"; { command -v mosquitto && command -v mpd && command -v dovecot && command -v openssl; } >/dev/null || { \
		$(call apt,mosquitto mpd dovecot-imapd openssl,the experts are tested against real servers); }

.PHONY: chromium
chromium:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || { \
		$(call apt,chromium,the tests of the page drive a real browser); }
