# Two commands do everything: `make run` and `make test`. Every target sets up what it needs first.

PYTHON ?= python3
PY := .venv/bin/python
# A worker a core and one more: a third of the time tests wait for what real programs do. A file's
# tests stay together, for they share halls, browsers and windows.
TESTS := $(PY) -m pytest -n $$(($$(nproc) + 1)) --dist loadfile

.DEFAULT_GOAL := help
.PHONY: help setup ready run test check bench gallery soak fuzz faults mutants audit install-test format pictures lock clean

help:  ## Show what one can make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile
	@echo
	@echo "  make run CROWD=0        an empty hall          make run FOR=60   stop after 60 s with a verdict"
	@echo "  make run SIZE=0.5       smaller windows        make bench ONLY=issue_per_s"
	@echo "  make test ARGS='tests/hub -x'       make soak HOURS=8        10 minutes by default"
	@echo "  make fuzz INPUTS=10000 SEED=7        1,000,000 by default"
	@echo "  make faults KILLS=100 CUTS=30           make mutants ONLY=order_by_number"
	@echo "  make gallery ONLY=kiosk.home         make gallery APPROVE=1   for tests to compare with"

setup:  ## Debian packages, .venv, locked dependencies, voice clips
	@$(PYTHON) deploy/setup.py

ready:
	@$(PYTHON) deploy/setup.py --quiet

run: ready  ## The whole hall: hub, printer, kiosk, display, citizens, officers
	@exec $(PY) -m deploy.hall $(if $(FOR),--for $(FOR)) $(if $(CROWD),--crowd $(CROWD)) $(if $(SIZE),--size $(SIZE))

test: ready  ## All tests
	@$(TESTS) $(ARGS)

check: ready  ## Format, lint, types, import rules, tests
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports
	@$(TESTS) $(ARGS)

bench: ready  ## The measurements, into out/bench.json
	@$(PY) -m bench $(if $(ONLY),--only $(ONLY))

gallery: ready  ## Every screen in every language, mode and state, into out/gallery/
	@$(PY) -m deploy.gallery $(if $(APPROVE),--approve) $(ONLY)

soak: ready  ## Kiosk and display at 50 times a day's speed
	@$(PY) -m bench.soak $(if $(MINUTES),--minutes $(MINUTES)) $(if $(HOURS),--minutes $$(( $(HOURS) * 60 )))

fuzz: ready  ## A million pieces of junk for all that takes bytes from outside
	@$(PY) -m tests.fuzz $(if $(INPUTS),--inputs $(INPUTS)) $(if $(SEED),--seed $(SEED))

audit: ready  ## Dependencies against their lock and the faults that are known
	@$(PY) -m deploy.audit

install-test: ready  ## A fresh Debian 12 in a folder: installed, upgraded, broken, rolled back (root)
	@$(PY) -m pytest tests/deploy/install_trial.py -x $(ARGS)

faults: ready  ## 1,000 kills, 300 power cuts and 100 losses of the journal, judged by every rule
	@$(PY) -m tests.faults faults $(if $(KILLS),--kills $(KILLS)) $(if $(CUTS),--cuts $(CUTS)) $(if $(LOSSES),--losses $(LOSSES)) $(if $(SEED),--seed $(SEED))

mutants: ready  ## Known ways to spoil the programs, each of which a test must notice
	@$(PY) -m tests.faults mutants $(if $(ONLY),--only $(ONLY))

format: ready  ## Put all code into one form
	@.venv/bin/ruff format .
	@.venv/bin/ruff check --fix .

pictures: ready  ## Draw docs/pictures/ anew from the running programs
	@$(PY) -m deploy.hall.pictures

lock: ready  ## Renew requirements.lock from setup.cfg
	@rm -rf out/uv && $(PYTHON) -m venv out/uv && out/uv/bin/pip -q --disable-pip-version-check install uv
	@out/uv/bin/uv pip compile pyproject.toml --extra kiosk --extra province --extra dev --upgrade \
	  --generate-hashes --no-strip-extras --no-emit-index-url --no-annotate --no-header --python-version 3.11 -q -o requirements.lock
	@rm -rf out/uv && echo "requirements.lock is new; the next make installs it."

clean:  ## Remove what was made: .venv, out, caches, clips
	@rm -rf .venv out assets/voice .mypy_cache .ruff_cache .hypothesis .import_linter_cache .grimp_cache .coverage *.egg-info
