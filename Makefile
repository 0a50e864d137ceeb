# make compare   train the three tiers and draw their learning curves   (ARGS="--epochs 5")
# make play      open the page in the browser                           (ARGS="--port 8000")
# make site      build the static site in _site                         (ARGS="--serve")
# make test      run all tests                                          (ARGS="tests/test_data.py")
# make figures   redraw the pictures of the documents, except the benchmarks' and those of --full
# make lint      check style, types, links and the workflow; changes no file
#
# Each makes the virtual environment the first time, and again only when pyproject.toml changed.
# TORCH_INDEX=<address> takes torch from another wheel index, such as PyTorch's CPU-only one.
# CONSTRAINTS=constraints.txt takes the versions with which all tests passed, instead of the newest.

PYTHON ?= python3
TORCH_INDEX ?=
CONSTRAINTS ?=
ARGS ?=
BIN := .venv/bin
INSTALL := $(strip $(BIN)/python -m pip install $(addprefix --constraint ,$(CONSTRAINTS)))

# The pictures of those with --full take longer: the gallery has their commands.
EXPERIMENTS := $(shell grep -l "^    main.Options, run" $$(grep -L "full: bool" experiments/*.py))

.PHONY: compare play site test figures lint

compare: .venv/torch
	$(BIN)/python compare.py $(ARGS)

play: .venv/play
	$(BIN)/python -m play $(ARGS)

site: .venv/site
	$(BIN)/python -m website $(ARGS)

test: .venv/dev
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist worksteal $(ARGS)

figures: .venv/torch
	$(BIN)/python compare.py
	cp runs/compare/learning_curves.png runs/compare/drift.png docs/figures/
	set -e; for script in $(EXPERIMENTS); do $(BIN)/python $$script; done
	cp runs/experiments/*.png docs/figures/

lint: .venv/dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/pyrefly check --summary=none
	$(BIN)/lychee .
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml \
		$(wildcard tools/course/*.yml)
	$(BIN)/check-jsonschema --builtin-schema vendor.citation-file-format CITATION.cff

# What compare.py needs, and on top of it what the tests and the checks need.
.venv/torch: pyproject.toml
	$(PYTHON) -m venv .venv
ifneq ($(TORCH_INDEX),)
	$(INSTALL) --index-url $(TORCH_INDEX) torch torchvision
endif
	$(INSTALL) --editable ".[torch]"
	touch $@

# The page and tier 1; tiers 2 and 3 are there once something else has installed torch.
.venv/play: pyproject.toml
	$(PYTHON) -m venv .venv
	$(INSTALL) --editable ".[play]"
	touch $@

.venv/site: pyproject.toml
	$(PYTHON) -m venv .venv
	$(INSTALL) --editable ".[site]"
	touch $@

.venv/dev: .venv/torch
	$(INSTALL) --editable ".[dev]"
	touch $@
