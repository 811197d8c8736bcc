# Everything a person types: `make` alone prints the list. Nothing is installed outside .venv.

.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: help setup demo run test fast lint bench faults translations schemas clean

ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
EXE := .exe
else
BIN := .venv/bin
EXE :=
endif

PY := $(BIN)/python$(EXE)
LOG := .venv/pip.log
READY := .venv/.ready
READY_TEST := .venv/.ready-test
# Whole files to a core: their fixtures are made once.
PARALLEL ?= -n auto --dist loadfile
PO := $(wildcard banding/web/translations/*/LC_MESSAGES/*.po)
MO := $(PO:.po=.mo)
RUFF_CONFIG := .ci/ruff.toml
# Compiled modules are kept, whatever the shell says: the tests start whole nodes by the hundred.
export PYTHONDONTWRITEBYTECODE :=
ARGS ?=

# Which Python to start from; PYTHON=/path/to/python overrides the search.
PYTHON ?=
CANDIDATES := $(if $(PYTHON),$(PYTHON),python3.11 python3 python)

help:  ## this list
	@echo 'make TARGET   (first use downloads the libraries into .venv; PYTHON=... picks another Python)'
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  \1|\2/p' Makefile | while IFS='|' read -r name what; do \
		printf '  %-14s %s\n' "$$name" "$$what"; done

setup: $(READY) $(MO)  ## libraries into .venv, translations compiled: ready to run a node
	@echo 'Ready. Next: make demo, or make run.'

demo: $(READY) $(MO)  ## stations with a demonstration season, to look around in
	$(PY) -m seed.demo $(ARGS)

run: $(READY) $(MO)  ## one node of your own; the first start asks what it must know
	$(BIN)/banding$(EXE) serve --setup $(ARGS)

test: $(READY_TEST) $(MO)  ## every test; ARGS="tests/domain -q" narrows
	$(PY) -m pytest $(PARALLEL) $(ARGS)

fast: $(READY_TEST) $(MO)  ## the tests without the slow ones and without a browser
	$(PY) -m pytest $(PARALLEL) -m 'not slow and not browser' $(ARGS)

lint: $(READY_TEST)  ## style, layout and types
	$(PY) -m ruff check --config $(RUFF_CONFIG) .
	$(PY) -m ruff format --check --config $(RUFF_CONFIG) .
	$(PY) -m mypy

bench: $(READY_TEST) $(MO)  ## the measurements, beside the floor and beside a peer
	$(PY) -m bench $(ARGS)

faults: $(READY_TEST) $(MO)  ## half an hour of kills, bad lines and restored disks; ARGS="--minutes 5 --seed 5"
	$(PY) -m tests.faults $(ARGS)

translations: $(READY) $(MO)  ## compile every catalogue that changed
	@echo 'Every catalogue is compiled.'

schemas: $(READY)  ## print the published JSON Schemas anew
	$(PY) -m schemas $(ARGS)

clean:  ## remove what was made here; .venv and the node's data in var/ stay
	rm -rf build dist ./*.egg-info .pytest_cache .hypothesis .mypy_cache .ruff_cache
	rm -f $(MO)
	find . -path ./.venv -prune -o -path ./var -prune -o -type d -name __pycache__ -exec rm -rf {} +

# ---- how the environment is made -------------------------------------------------------------

$(PY):
	@python=''; for p in $(CANDIDATES); do \
		if "$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then python="$$p"; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
		echo 'Python 3.11 or newer is needed and was not found (tried: $(CANDIDATES)).'; \
		echo '  Debian, Ubuntu:  sudo apt install python3 python3-venv'; \
		echo '  Windows:         winget install Python.Python.3.12'; \
		echo '  macOS:           brew install python@3.12'; \
		echo 'If it is installed elsewhere: make setup PYTHON=/path/to/python'; exit 1; \
	fi; \
	if ! "$$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then \
		echo "$$python cannot make environments: install python3-venv (Debian, Ubuntu: sudo apt install python3-venv)."; exit 1; \
	fi; \
	"$$python" -m venv --clear .venv || { \
		echo 'The environment .venv could not be made: see whether the disk is full and this folder may be written to.'; exit 1; }

$(READY): setup.cfg pyproject.toml | $(PY)
	$(call install,.)
	@touch $@

# The wider set holds the narrower one, so both stamps are set.
$(READY_TEST): setup.cfg pyproject.toml | $(PY)
	$(call install,.[test])
	@touch $(READY) $@

# pip's own words go to the log; a person gets one sentence that says what to do.
define install
@echo 'Installing into .venv (a few minutes the first time; log: $(LOG)) ...'
@rm -f $(LOG)
@$(PY) -m pip install --quiet --disable-pip-version-check --log $(LOG) -e '$(1)' >/dev/null 2>&1 || { \
	if grep -qs 'No space left on device' $(LOG) || [ "$$(df -Pk . | awk 'NR == 2 {print $$4}')" -lt 102400 ]; then \
		why='the disk is full: free at least 1 GB'; \
	elif grep -qsE 'NewConnectionError|NameResolutionError|ConnectTimeout|ReadTimeout|ProxyError|SSLError' $(LOG); then \
		why='the package index could not be reached: see to the connection (or the proxy)'; \
	elif grep -qs 'No matching distribution' $(LOG); then \
		why='a library has no version for this Python or system: try Python 3.11 or 3.12 with PYTHON=..., after rm -rf .venv'; \
	else why='pip stopped: the last lines of the log say where'; fi; \
	echo "The libraries were not installed because $$why, then run make again ($(LOG) has the details)."; exit 1; }
endef

%.mo: %.po | $(READY)
	@$(PY) -m babel.messages.frontend -q compile --input-file $< --output-file $@
