# `make run` and `make test` do all the set-up; nothing else has to be typed first.

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
BIN := .venv/bin
ARGS ?=
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet -c constraints.txt
# The suite runs on all cores; make test TESTS="tests/core -x" runs a part of it.
TESTS ?= tests
PROGRAMS := irssi weechat-headless limnoria tmux
SUDO := $(shell test "$$(id -u)" = 0 || echo sudo)

.PHONY: install run test test-interop test-browser lint prove bench bench-plots bench-guard peers fuzz clean help

help: ## what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

install: .venv/installed ## set everything up in .venv

run: .venv/installed ## serve on port 6666 (make run ARGS="--listen tcp://127.0.0.1:7000")
	@$(BIN)/chat-server $(ARGS)

test: lint ## lint, types, layers and tests
	@$(BIN)/python -m pytest -n auto --dist loadfile $(TESTS)

test-interop: .venv/tested ## real programs (irssi, weechat, a bot) from their packages, against a real server
	@for p in irssi weechat-headless supybot tmux; do command -v $$p >/dev/null || missing=1; done; \
		test -z "$$missing" || $(SUDO) apt-get install -y -q $(PROGRAMS)
	@CHATROOM_INTEROP=1 $(BIN)/python -m pytest -n auto tests/interop

test-browser: .venv/browser ## the page in a real browser (Chromium, from its package), against a real server
	@command -v chromium >/dev/null || $(SUDO) apt-get install -y -q chromium
	@CHATROOM_BROWSER=1 $(BIN)/python -m pytest -n auto --timeout 240 tests/browser

lint: .venv/tested
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

prove: .venv/tested ## kill it, cut its power, fill its disk, stall its readers; what was shown must be there
	@$(BIN)/python tests/proving $(ARGS)

SECONDS ?= 60
fuzz: .venv/tested ## any bytes for every parser and for whole sessions (make fuzz SECONDS=60)
	@$(BIN)/python tests/fuzz --seconds $(SECONDS) $(ARGS)

bench: .venv/installed peers ## the same work against each server, as ratios (make bench ARGS="--quick")
	@$(BIN)/python -m bench $(ARGS)

bench-plots: .venv/drawing peers ## how cost grows with members and clients, as pictures in docs
	@$(BIN)/python -m bench.plots $(ARGS)

bench-guard: .venv/installed ## instruction counts of fixed work against the recorded ones, without a clock
	@$(BIN)/python -m bench.guard $(ARGS)

# The servers to measure beside ours say in their start scripts which of Debian's packages they are.
peers:
	@for s in bench/peers/*.sh; do \
		need=$$(sed -n 's/^# needs: //p' $$s); package=$$(sed -n 's/^# package: //p' $$s); \
		test -z "$$package" || PATH=$$PATH:/usr/sbin command -v $$need >/dev/null || { \
			command -v apt-get >/dev/null && $(SUDO) apt-get install -y -q $$package || \
			echo "$$package can't be installed here; measuring goes on without it"; }; done

clean: ## remove .venv and caches; history, logs and backups stay
	rm -rf .venv build *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed and was not found. Install it, or: make run PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "Python's venv module is needed. On Debian: apt install python3-venv"; exit 1; }

.venv/installed: .venv/bin/python setup.py constraints.txt $(wildcard bin/*)
	@echo "Setting up .venv (once) ..."
	@$(PIP) -e .
	@touch $@

.venv/drawing: .venv/installed
	@$(PIP) -e '.[bench]'
	@touch $@

.venv/browser: .venv/tested
	@$(PIP) -e '.[browser]'
	@touch $@

.venv/tested: .venv/installed
	@$(PIP) -e '.[test]'
	@touch $@
