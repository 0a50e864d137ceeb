"""How much memory a training needs, and what it says where there is less."""

import json
import sys
from types import SimpleNamespace

import psutil
import pytest
import torch
from train_scripts import run_child

from common.runs import memory
from common.runs.memory import check_memory, estimate_memory
from common.runs.options import TorchRunOptions
from data.errors import UserError

GB = 10**9
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's limits and figures")


def options_of(**given):
    """Options of a network whose arrays the tests below count, on the CPU."""
    return TorchRunOptions(
        **{"dataset": "digits", "hidden": (2000, 1500), "device": "cpu", **given}
    )


@pytest.fixture
def process(monkeypatch):
    """This process, as if it held 50 MB."""
    used = SimpleNamespace(rss=50_000_000)
    monkeypatch.setattr(psutil, "Process", lambda: SimpleNamespace(memory_info=lambda: used))


# --- the estimate ---------------------------------------------------------------------------------

P = 128_000 + 3_000_000 + 15_000 + 3_510  # parameters of 64-2000-1500-10
W = 3_000_000  # the largest weight
RESIDENT = {"numpy": 50 + 5 + 80, "lowlevel": 50 + 17 + 80, "paper": 50 + 170 + 80}  # MB


@pytest.mark.parametrize(
    "tier, given, entries",
    [
        # A step: parameters, gradients, velocity; then the minibatch's arrays, each of 100 rows.
        # Tier 1's layers keep 64 + 3510 columns while two arrays like W make the update.
        ("numpy", {}, 1.1 * (3 * P + 100 * 3574 + 2 * W)),
        ("numpy", {"nesterov": True, "weight_decay": 0}, 1.1 * (3 * P + 100 * 3574 + 2 * W)),
        ("numpy", {"optimizer": "adam"}, 1.1 * (4 * P + 100 * 3574 + 3 * W)),
        ("numpy", {"optimizer": "adamw"}, 1.1 * (4 * P + 100 * 3574 + 2 * W)),
        ("numpy", {"weight_decay": 0}, 1.1 * (3 * P + 100 * 3574 + W)),
        # With 1000 rows, what passes at once is more than the update.
        ("numpy", {"weight_decay": 0, "batch_size": 1000}, 1.1 * (3 * P + 1000 * (3574 + 4500))),
        ("numpy", {"dropout": 0.5, "batch_size": 1000}, 1.1 * (3 * P + 1000 * (10594 + 6500))),
        ("numpy", {"batch_norm": True, "batch_size": 1000}, 1.1 * (3 * P + 1000 * (7084 + 8000))),
        ("numpy", {"activation": "sigmoid", "batch_size": 1000}, 1.1 * (3 * P + 1000 * 11574)),
        ("numpy", {"activation": "softsign", "batch_size": 1100}, 1.1 * (3 * P + 1100 * 9574)),
        # Tier 2 has the gradients twice, and torch's small arrays take twice their size.
        ("lowlevel", {}, 1.1 * (3 * P + 2 * W)),
        ("lowlevel", {"nesterov": True}, 1.1 * (3 * P + 3 * W)),
        ("lowlevel", {"nesterov": True, "weight_decay": 0}, 1.1 * (3 * P + 2 * W)),
        ("lowlevel", {"optimizer": "adam"}, 1.1 * (4 * P + 2 * W)),
        ("lowlevel", {"optimizer": "adamw"}, 1.1 * 5 * P + 2 * 100 * 7574),
        ("lowlevel", {"batch_norm": True, "batch_size": 1000}, 1.1 * 4 * P + 2000 * 18104),
        ("lowlevel", {"activation": "softsign", "batch_size": 1000}, 1.1 * 4 * P + 2000 * 14594),
        ("paper", {}, 1.1 * 3 * P + 2 * 100 * 7574),
        ("paper", {"optimizer": "adamw"}, 1.1 * 4 * P + 2 * 100 * 7574),
        ("paper", {"batch_norm": True, "dropout": 0.5}, 1.1 * 3 * P + 2 * 100 * 18104),
        # All weights are drawn in float64; tier 1 has its gradients by then.
        ("numpy", {"momentum": 0, "weight_decay": 0}, 2 * P + 2 * P),
        ("paper", {"momentum": 0}, P + 2 * P),
        # What is read of a checkpoint, parameters and moments; and the tensors made of it: as many
        # as the optimizer's or, with one moment or none, the model's.
        ("numpy", {"resume": True, "weight_decay": 0}, 3 * P + 2 * P),
        ("lowlevel", {"resume": True, "optimizer": "adam"}, 3 * P + 3 * P + 2 * P),
        ("lowlevel", {"resume": True, "weight_decay": 0, "batch_size": 1}, 2 * P + 2 * P + P),
        ("paper", {"resume": True, "optimizer": "adam"}, P + 3 * P + 3 * 2 * P),
    ],
)
def test_estimate_by_hand(tier, given, entries, process):
    options = options_of(**{"batch_size": 100, "epochs": 2, **given})
    assert estimate_memory(options, tier) == pytest.approx(resident(tier, options, entries), abs=1)


def resident(tier, options, entries):
    """The libraries, the digits, the history and so many float32."""
    history = 200 * options.epochs * options.steps_per_epoch(1297)
    return RESIDENT[tier] * 1_000_000 + 1797 * (64 * 4 + 8) + history + 4 * entries


def test_large_arrays_go_back_to_the_system(process):
    options = options_of(hidden=(30_000,), batch_size=1000)
    parameters = 64 * 30_000 + 30_000 * 10 + 30_010
    entries = 1.1 * (3 * parameters + 1000 * (64 + 30_010 + 2 * 30_000))
    assert estimate_memory(options, "paper") == pytest.approx(resident("paper", options, entries))


def test_estimate_of_other_precision_and_data(process):
    few = {"batch_size": 1, "hidden": (3,), "epochs": 1, "momentum": 0}
    # A tiny network: MNIST in float64, and its pixels as they are read.
    estimate = estimate_memory(options_of(dataset="mnist", dtype="float64", **few), "numpy")
    assert estimate == 55_000_000 + 70_000 * (784 * 8 + 8) + 55_000 * 200 + 70_000 * 784
    one_hot = options_of(dataset="mnist", loss="mean-squared-error", **few)
    softmax = options_of(dataset="mnist", **few)
    difference = estimate_memory(one_hot, "numpy") - estimate_memory(softmax, "numpy")
    assert difference == 70_000 * 10 * 4


def test_wide_network_is_evaluated_in_chunks(process):
    options = options_of(hidden=(100_000,), batch_size=1, epochs=1, dataset="xor")
    parameters = 3 * 100_000 + 2 * 100_001 + 0
    data = 2200 * (2 * 4 + 8) + 1000 * 200
    for tier, kept in (("numpy", 100_004), ("lowlevel", 0), ("paper", 0)):
        entries = 1.1 * (3 * parameters + 1000 * (kept + 2 * 100_000))
        resident = (RESIDENT[tier] - 80) * 1_000_000
        expected = resident + data + 4 * entries
        assert estimate_memory(options, tier) == pytest.approx(expected, rel=1e-5)


def test_a_gpu_has_a_memory_of_its_own(process, monkeypatch):
    on_gpu = options_of(device="cuda", batch_size=1000, optimizer="adam")
    # Only the first weights, or the checkpoint, lie in the machine's memory.
    for tier in ("lowlevel", "paper"):
        assert estimate_memory(on_gpu, tier) == resident(tier, on_gpu, 3 * P)
    on_cpu = options_of(device="cpu", batch_size=1000, optimizer="adam")
    assert estimate_memory(on_gpu, "numpy") == estimate_memory(on_cpu, "numpy")
    automatic = options_of(device="auto", batch_size=1000, optimizer="adam")
    for there, same in ((True, on_gpu), (False, on_cpu)):
        monkeypatch.setattr(torch.cuda, "is_available", lambda there=there: there)
        assert estimate_memory(automatic, "paper") == estimate_memory(same, "paper")


def test_torch_counts_before_it_is_loaded(process, monkeypatch):
    loaded = estimate_memory(options_of(), "paper")
    monkeypatch.delitem(sys.modules, "torch")
    assert estimate_memory(options_of(), "paper") == loaded - 50_000_000 + memory.TORCH


# --- what is measured -----------------------------------------------------------------------------

CHILD = """
import json, re, resource, sys
from pathlib import Path

import psutil

from common.cli.command_line import parse
from common.runs.memory import estimate_memory, out_of_memory, out_of_memory_message
from data.datasets import load_dataset
from tiers import TIERS

tier, *arguments = sys.argv[1:]
script = TIERS[tier].module("train")
options = parse(TIERS[tier].options, tier, "", arguments)
estimate = estimate_memory(options, tier)
script.main(arguments)
# (getrusage would count the parent's memory up to the moment when this program began.)
peak = int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) * 1024

def no_more(training):
    limit = psutil.Process().memory_info().vms + 20_000_000  # a minibatch needs hundreds of MB
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))

message = None
try:
    for training in script.train_steps(options, load_dataset("digits")):
        no_more(training)
except Exception as error:
    message = out_of_memory_message(error) if out_of_memory(error) else repr(error)
print(json.dumps({"estimate": estimate, "peak": peak, "message": message}))
"""


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """What a process measures that trains a tier, and then once more with no memory left."""
    found = {}

    def measure(tier):
        if tier not in found:
            options = "--dataset digits --hidden 30000 300 --batch-size 649 --epochs 1"
            folder = tmp_path_factory.mktemp(tier) / "run"
            found[tier] = json.loads(
                run_child(CHILD, tier, *options.split(), f"--run-dir={folder}")
            )
        return found[tier]

    return measure


@linux_only
def test_estimate_is_what_is_measured(tier, measured):
    estimate, peak = measured(tier)["estimate"], measured(tier)["peak"]
    assert estimate == pytest.approx(peak, rel=0.2), f"{estimate / 1e6:.0f} MB, {peak / 1e6:.0f} MB"


@linux_only
def test_allocation_that_fails(tier, measured):
    # The first layer's output for the second minibatch: 648 rows of 30,000 float32.
    assert measured(tier)["message"] == (
        "out of memory (78 MB more could not be allocated); choose smaller --hidden widths or a"
        " smaller --batch-size"
    )


# --- what is said ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "tier, given, available, message",
    [
        (
            *("numpy", {"hidden": (6000, 6000), "optimizer": "adamw"}, GB),
            "--hidden 6000 6000: training needs about 1.1 GB and ulimit -v leaves 1.0 GB;"
            " choose smaller widths",
        ),
        (
            *("paper", {"dataset": "mnist", "batch_size": 20_000, "hidden": (2000, 2000)}, GB),
            "--batch-size 20000: training needs about 1.3 GB and ulimit -v leaves 1.0 GB;"
            " choose a smaller --batch-size or smaller widths",
        ),
        (
            *("numpy", {"hidden": (5000, 5000), "batch_size": 1297}, 3 * GB // 10),
            "--hidden 5000 5000: training needs about 0.7 GB and ulimit -v leaves 0.3 GB;"
            " choose smaller widths",
        ),
        (
            # The small batch alone is not enough, and neither are the small widths.
            *("lowlevel", {"dataset": "mnist", "batch_size": 55_000, "hidden": (5000, 5000)}),
            *(5 * GB // 10,),
            "--batch-size 55000: training needs about 5.8 GB and ulimit -v leaves 0.5 GB;"
            " choose a smaller --batch-size and smaller widths",
        ),
        (
            *("numpy", {"dataset": "xor", "batch_size": 1, "epochs": 100_000}, GB),
            "--epochs 100000: training needs about 20.1 GB and ulimit -v leaves 1.0 GB;"
            " choose fewer --epochs",
        ),
        (
            *("numpy", {"dataset": "mnist"}, GB // 10),
            "--dataset mnist: training needs about 0.4 GB and ulimit -v leaves 0.1 GB;"
            " choose a smaller one, or train where there is more",
        ),
        (
            *("numpy", {"dataset": "mnist"}, -GB),
            "--dataset mnist: training needs about 0.4 GB and ulimit -v leaves 0.0 GB;"
            " choose a smaller one, or train where there is more",
        ),
        (
            *("numpy", {"hidden": (6000, 6000), "resume": True}, 8 * GB // 10),
            "--resume: training needs about 0.9 GB and ulimit -v leaves 0.8 GB;"
            " continue where there is more",
        ),
    ],
)
def test_what_does_not_fit_is_refused(tier, given, available, message, process, monkeypatch):
    options = options_of(**given)
    monkeypatch.setattr(memory, "available_memory", lambda: (available, "ulimit -v leaves"))
    with pytest.raises(UserError) as error_info:
        check_memory(options, tier)
    assert str(error_info.value) == message


def test_what_just_fits_is_not_refused(process, monkeypatch):
    needed = estimate_memory(options_of(), "numpy")
    monkeypatch.setattr(memory, "available_memory", lambda: (needed, "this machine has"))
    check_memory(options_of(), "numpy")
    monkeypatch.setattr(memory, "available_memory", lambda: (needed - 1, "this machine has"))
    with pytest.raises(UserError, match=r"training needs about .* GB and this machine has"):
        check_memory(options_of(), "numpy")
