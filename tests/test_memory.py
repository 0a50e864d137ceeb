"""How much memory a training needs, what there is, and what is said where that is too little."""

import errno
import json
import sys
import tracemalloc
from types import SimpleNamespace

import numpy as np
import psutil
import pytest
import torch
from train_scripts import run_child

from common.runs import memory
from common.runs.memory import (
    available_memory,
    check_memory,
    estimate_memory,
    out_of_memory,
    out_of_memory_message,
)
from common.runs.options import RunOptions
from data.datasets import load_dataset
from data.errors import UserError
from train_numpy import train

GB = 10**9


# --- what is needed -------------------------------------------------------------------------------

P = 64 * 2000 + 2000 * 1500 + 1500 * 10 + 3510  # parameters of 64-2000-1500-10
DIGITS = 1797 * 64


@pytest.mark.parametrize(
    "given, numbers",
    [
        # Parameters, gradients, velocity; 300 rows of the test set, or a minibatch of 1000.
        ({}, DIGITS + 3 * P + 300 * (64 + 2 * 3510)),
        ({"momentum": 0}, DIGITS + 2 * P + 300 * (64 + 2 * 3510)),
        ({"optimizer": "adam", "batch_size": 1000}, DIGITS + 4 * P + 1000 * (64 + 2 * 3510)),
        ({"dataset": "mnist", "hidden": ()}, 70_000 * 784 + 3 * 7850 + 1000 * (784 + 20)),
    ],
)
@pytest.mark.parametrize("dtype, size", [("float32", 4), ("float64", 8)])
def test_estimate_by_hand(given, numbers, dtype, size):
    options = RunOptions(
        **{"dataset": "digits", "hidden": (2000, 1500), "epochs": 2, "dtype": dtype, **given}
    )
    steps = 2 * {"digits": 1297, "mnist": 55_000}[options.dataset] / options.batch_size
    assert estimate_memory(options) == numbers * size + 48 * np.ceil(steps / 2) * 2


@pytest.mark.parametrize(
    "given",
    [
        {"hidden": (500, 400), "optimizer": "adam", "batch_size": 1000},
        {"hidden": (1000,), "dtype": "float64", "batch_size": 32},
    ],
)
def test_estimate_is_most_of_what_is_measured(given):
    options = RunOptions(**{"dataset": "digits", "epochs": 1, **given})
    load_dataset(options.dataset)  # which imports scikit-learn
    tracemalloc.start()
    try:
        train(options, load_dataset(options.dataset, dtype=options.dtype))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert 0.5 * peak < estimate_memory(options) < 1.1 * peak


# --- what there is --------------------------------------------------------------------------------


@pytest.fixture
def process(tmp_path, monkeypatch):
    """On a machine with 24 GB to spare, a process without limits that has 1 GB."""
    used = SimpleNamespace(rss=GB, vms=2 * GB)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=24 * GB))
    monkeypatch.setattr(psutil, "Process", lambda: SimpleNamespace(memory_info=lambda: used))
    monkeypatch.setattr(memory, "CONTAINER_LIMIT", tmp_path / "memory.max")
    monkeypatch.setattr(memory, "resource", None)


def test_the_least_of_machine_container_and_ulimit_is_available(process, tmp_path, monkeypatch):
    assert available_memory() == 24 * GB
    for limit, expected in (("max", 24 * GB), (f"{9 * GB}\n", 8 * GB), (f"{30 * GB}\n", 24 * GB)):
        (tmp_path / "memory.max").write_text(limit)
        assert available_memory() == expected
    for limit, expected in ((-1, 24 * GB), (7 * GB, 5 * GB), (GB, 0)):
        fake = SimpleNamespace(
            RLIMIT_AS="as", RLIM_INFINITY=-1, getrlimit=lambda _, limit=limit: (limit, -1)
        )
        monkeypatch.setattr(memory, "resource", fake)
        assert available_memory() == expected


def test_what_does_not_fit_is_refused(monkeypatch):
    options = RunOptions(hidden=(6000, 6000), batch_size=200, epochs=3)
    needed = estimate_memory(options)
    monkeypatch.setattr(memory, "available_memory", lambda: needed)
    check_memory(options)
    monkeypatch.setattr(memory, "available_memory", lambda: needed - 1)
    with pytest.raises(UserError) as error:
        check_memory(options)
    assert str(error.value) == (
        "--hidden 6000 6000 --batch-size 200 --epochs 3: the arrays of this training take 0.8 GB,"
        " and 0.8 GB are available; choose smaller ones, or train where there is more"
    )


# --- an allocation that fails ---------------------------------------------------------------------

CHILD = """
import json, resource
import psutil
from common.runs.memory import out_of_memory, out_of_memory_message
from data.datasets import load_dataset
from tiers import TIERS

messages, dataset = {}, load_dataset("digits")
unlimited = resource.getrlimit(resource.RLIMIT_AS)
for name, tier in TIERS.items():
    configuration = tier.options(hidden=(30_000, 30), batch_size=649, epochs=1)
    try:
        for _ in tier.train_steps(configuration, dataset):
            limit = psutil.Process().memory_info().vms + 20_000_000
            resource.setrlimit(resource.RLIMIT_AS, (limit, unlimited[1]))
    except Exception as error:
        messages[name] = out_of_memory_message(error) if out_of_memory(error) else repr(error)
    resource.setrlimit(resource.RLIMIT_AS, unlimited)
print(json.dumps(messages))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="macOS and Windows do not limit addresses")
def test_an_allocation_that_fails_is_one_line_in_each_tier():
    # The first layer's output for the second minibatch: 648 rows of 30,000 float32.
    message = (
        "out of memory (78 MB more could not be allocated); choose smaller --hidden widths or a"
        " smaller --batch-size"
    )
    found = json.loads(run_child(CHILD))
    assert found == dict.fromkeys(("numpy", "lowlevel", "paper"), message)


@pytest.mark.parametrize(
    "error, words",
    [
        (MemoryError(), "out of memory; choose"),
        (MemoryError("Unable to allocate 4.00 TiB for an array"), "memory (4,398,047 MB more"),
        (RuntimeError("CPUAllocator: not enough memory: you tried to"), "out of memory; choose"),
        (
            torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."),
            "GPU memory (2,147 MB",
        ),
        (RuntimeError("CUDA error: out of memory"), "out of GPU memory; choose"),
        (OSError(errno.ENOMEM, "Cannot allocate memory"), "out of memory; choose"),
        (ImportError("lib.so: failed to map segment from shared object"), "out of memory; choose"),
    ],
)
def test_errors_that_mean_memory(error, words):
    assert out_of_memory(error)
    line = out_of_memory_message(error)
    assert words in line and "\n" not in line
    assert line.endswith("choose smaller --hidden widths or a smaller --batch-size")


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("mat1 and mat2 shapes cannot be multiplied"),
        OSError(errno.ENOSPC, "No space left on device"),
        ImportError("No module named 'torch'"),
        ValueError("out of memory"),
        KeyboardInterrupt(),
    ],
)
def test_errors_that_mean_something_else(error):
    assert not out_of_memory(error)
