"""The shared parts: random numbers, targets, diagnosis, processors; and defaults.

The train scripts' behaviour that rests on them is in test_runs.py, test_resume.py and
test_bad_input.py.
"""

import platform
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from common import randomness
from common.configuration import Configuration
from common.diagnosis import first_non_finite, to_array
from common.examples import targets
from common.randomness import EPOCH_ORDER
from common.runs import environment
from optimizers_paper import make_optimizer
from tiers import TIERS

# --- random numbers -------------------------------------------------------------------------------


def test_streams_are_pure_functions_of_seed_purpose_and_position():
    streams = [
        (seed, purpose, *position)
        for seed in (0, 1)
        for purpose in (EPOCH_ORDER, randomness.INITIAL_WEIGHTS, randomness.DROPOUT)
        for position in ((0,), (1,), (2,), (0, 1), (1, 0))
    ]
    assert len(set(streams)) == 30
    draws = [tuple(randomness.generator(*stream).random(2)) for stream in streams]
    assert len(set(draws)) == len(streams)
    assert draws == [tuple(randomness.generator(*stream).random(2)) for stream in streams]
    seeds = [randomness.torch_seed(*stream) for stream in streams]
    assert len(set(seeds)) == len(streams)
    assert seeds == [randomness.torch_seed(*stream) for stream in streams]
    assert all(0 <= seed < 2**63 for seed in seeds)  # what torch.manual_seed takes
    assert max(seeds) > 2**61  # and no fewer bits
    torch.manual_seed(max(seeds))


def test_random_numbers_stay_those_of_published_runs():
    expected = np.random.default_rng(np.random.SeedSequence(7, spawn_key=(2, 5))).random(3)
    assert (randomness.generator(7, randomness.DROPOUT, 5).random(3) == expected).all()
    assert randomness.torch_seed(7, randomness.DROPOUT, 5) == 5512574323803392687


# --- targets and diagnosis ------------------------------------------------------------------------


def test_targets_have_the_form_that_each_loss_takes():
    labels = np.array([2, 0, 1])
    assert targets(labels, "softmax-cross-entropy", 3, "float32") is labels
    one_hot = targets(labels, "mean-squared-error", 3, "float32")
    assert one_hot.dtype == np.float32
    assert one_hot.tolist() == [[0, 0, 1], [1, 0, 0], [0, 1, 0]]
    column = targets(np.array([1, 0]), "sigmoid-cross-entropy", 2, "float64")
    assert column.dtype == np.float64
    assert column.tolist() == [[1], [0]]
    with pytest.raises(ValueError, match="unknown loss 'hinge'"):
        targets(labels, "hinge", 3, "float32")


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("as_tensors", [False, True])
@pytest.mark.parametrize(
    "where, expected",
    [
        # The forward pass runs from W to V, and the backward pass from V to W.
        ({}, "in the loss alone"),
        ({"grad W"}, "first in the gradient of W"),
        ({"grad W", "grad V"}, "first in the gradient of V"),
        ({"out 1", "grad V"}, "first in the output of layers.1"),
        ({"out 0", "out 1"}, "first in the output of layers.0"),
        ({"W", "out 0"}, "first in W, by the update of the step before"),
        ({"W", "V"}, "first in V, by the update of the step before"),
    ],
)
def test_diagnosis_names_what_was_computed_first(where, expected, bad, as_tensors):
    def array(name):
        values = np.array([0.0, bad if name in where else 1.0, -1e300])
        return torch.from_numpy(values).requires_grad_() if as_tensors else values

    found = first_non_finite(
        {name: array(name) for name in ("W", "V")},
        ((f"layers.{i}", array(f"out {i}")) for i in (0, 1)),
        {name: array(f"grad {name}") for name in ("W", "V")},
    )
    assert found == expected


# --- the machine ----------------------------------------------------------------------------------


def test_processor_is_read_where_the_system_names_it(monkeypatch):
    text = "vendor_id\t: AuthenticAMD\nmodel name\t: AMD: 9B14\n\nmodel name\t: other\n"
    monkeypatch.setattr(Path, "read_text", lambda path: text)
    assert environment.processor_name() == "AMD: 9B14"
    monkeypatch.setattr(Path, "read_text", lambda path: "Hardware\t: other\n")
    assert environment.processor_name() == platform.processor()

    def no_file(path):
        raise FileNotFoundError

    monkeypatch.setattr(Path, "read_text", no_file)
    assert environment.processor_name() == platform.processor()


# --- what nobody has asked for otherwise ----------------------------------------------------------


@pytest.mark.parametrize("tier", ["numpy", "lowlevel"])
def test_a_network_of_sizes_alone_is_a_float32_one_of_relu_and_he_from_seed_0(tier):
    X = np.random.default_rng(0).standard_normal((5, 4), dtype=np.float32)
    logits = []
    for arguments in ({}, {"activation": "relu", "initializer": "he-normal", "seed": 0}):
        model = TIERS[tier].module("mlp").MLP((4, 5, 3), **arguments)
        logits.append(to_array(model.forward(X if tier == "numpy" else torch.from_numpy(X))))
    np.testing.assert_array_equal(*logits)
    assert logits[0].dtype == np.float32
    assert [type(layer).__name__ for layer in model.layers] == ["Linear", "Activation", "Linear"]


def test_every_optimizer_has_a_learning_rate_of_its_own():
    rates = {name: Configuration(optimizer=name).learning_rate for name in ("sgd", "adam", "adamw")}
    assert rates == {"sgd": 0.05, "adam": 0.001, "adamw": 0.001}
    assert Configuration(optimizer="adamw", learning_rate=0.3).learning_rate == 0.3


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "adamw"])
def test_tier_3_updates_in_one_pass(optimizer):
    configuration = Configuration(optimizer=optimizer)
    made = make_optimizer(configuration, torch.nn.Linear(3, 2))
    assert made.defaults["fused"]


def test_tier_1_trains_with_nothing_but_numpy_attrs_and_jaxtyping():
    """As in WebAssembly, where nothing else that is compiled can be had."""
    code = """
import sys
from importlib.metadata import packages_distributions
kept = {"numpy", "attr", "attrs", "jaxtyping", "wadler_lindig"}
for name in {*packages_distributions(), "multiprocessing", "resource", "fcntl"} - kept:
    sys.modules[name] = None  # importing it fails
from common.configuration import Configuration
from data.datasets import load_dataset
from train_numpy import train
print(train(Configuration(hidden=(8,), epochs=3), load_dataset("spiral"))[1].test_accuracy > 0.4)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("True\n", "")
