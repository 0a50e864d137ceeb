# make compare   train the three tiers and draw their learning curves   (ARGS="--epochs 5")
# make test      run all tests                                          (ARGS="tests/test_data.py")
#
# Each makes the virtual environment the first time, and again only when pyproject.toml changed.
# TORCH_INDEX=<address> takes torch from another wheel index, such as PyTorch's CPU-only one.

PYTHON ?= python3
TORCH_INDEX ?=
ARGS ?=
INSTALLED := .venv/installed

.PHONY: compare test

compare: $(INSTALLED)
	.venv/bin/python compare.py $(ARGS)

test: $(INSTALLED)
	.venv/bin/python -m pytest $(ARGS)

$(INSTALLED): pyproject.toml
	$(PYTHON) -m venv .venv
ifneq ($(TORCH_INDEX),)
	.venv/bin/python -m pip install --index-url $(TORCH_INDEX) "torch>=2.14" "torchvision>=0.29"
endif
	.venv/bin/python -m pip install --editable ".[dev]"
	touch $@
