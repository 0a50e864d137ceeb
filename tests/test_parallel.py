"""A training that several processes share is the training of one process.

In float64 every weight agrees to 1e-12, whatever the options. Two processes here; more of them by
PROCESSES=4 make test ARGS=tests/test_parallel.py
"""

import gc
import os
import warnings
import weakref
from itertools import product
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
import torch
import torch.distributed as dist
import torch.multiprocessing
from lockstep import Case, arrays, build, load
from test_resume import assert_same_bits
from train_scripts import read_tensors, stop_after, train_watched

from common.cli.command_line import parse
from common.configuration import Loss, ScheduleName
from common.distributed.tensors import seed_dropout
from common.runs.run import Follower, Run
from common.training import EPOCH_COLUMNS
from data.datasets import load_dataset
from data.errors import UserError
from layers_lowlevel import BatchNorm1d
from parallel_lowlevel import AllReduce, SharedBatchNorm1d
from tiers import TIERS

PROCESSES = int(os.environ.get("PROCESSES", "2"))
TOLERANCE = 1e-12
GPUS = torch.cuda.device_count() >= PROCESSES
BACKEND = "cpu:gloo,cuda:nccl" if GPUS else "gloo"
SHARED_TIERS = ("lowlevel", "paper")
ADAM = {"optimizer": "adam", "learning_rate": 1e-3}

CASES = {
    "momentum": {"momentum": 0.9},
    "nesterov and decay": {"nesterov": True, "weight_decay": 0.1},
    "adam and decay": ADAM | {"weight_decay": 0.1},
    "adamw": ADAM | {"optimizer": "adamw", "weight_decay": 0.1},
    "clipped": {"clip_norm": 0.1, "momentum": 0.0},
    "hardly clipped": {"clip_norm": 1000.0},
    "softmax regression": {"hidden": (), "weight_decay": 0.1},
    # The last minibatch of an epoch has one row: all processes but one have none.
    "a process without rows": {"batch_size": PROCESSES, "clip_norm": 1.0},
    "batch normalization": {"batch_norm": True, "weight_decay": 0.1},
    "batch normalization of few": {"batch_norm": True, "batch_size": PROCESSES, **ADAM},
    **{loss: {"loss": loss, "activation": "tanh"} for loss in get_args(Loss)},
    **{schedule: {"schedule": schedule} for schedule in get_args(ScheduleName)},
}


DIGITS = ["--dataset", "digits", "--hidden", "12", "7", "--epochs", "3", "--dtype", "float64"]
DROPOUT = ["--dropout", "0.3", "--optimizer", "adamw", "--clip-norm", "1"]


GPU = {"device": "cuda"}
ON_GPUS = ("nesterov and decay", "a process without rows", "batch normalization")

# The options of all, those that one has besides (none: other data), and what all are told.
LAST = PROCESSES - 1
REFUSED = [
    ({}, {"learning_rate": 0.5}, f"--learning-rate: 0.01 in process 0 and 0.5 in process {LAST};"),
    ({}, {"seed": 1}, f"--seed: 0 in process 0 and 1 in process {LAST};"),
    ({}, {}, "the data: "),
    ({"batch_size": 1}, {"batch_size": 1}, f"--batch-size 1: {PROCESSES} processes share each"),
]


def trained(tier, options):
    """What a training ends with: weights, losses, right predictions, history, test figures.

    It starts from a state in which nothing is 0 or 1 by construction.
    """
    case = Case(**options)
    model = build(tier, case)
    load(model, case.random_state())
    *_, training = TIERS[tier].train_steps(case, case.dataset, model=model)
    history = training.history
    columns = [name for name in EPOCH_COLUMNS if name != "seconds"]
    rows = [[getattr(epoch, name) for name in columns] for epoch in history.epochs]
    return arrays(model.state_dict()) | {
        "losses": np.array(history.losses),
        "norms": np.nan_to_num(history.gradient_norms),
        "right": np.array(history.right),
        "history": np.nan_to_num(rows),
        "test": np.array([history.test_loss, history.test_accuracy]),
    }


def refused(rank, tier, options, of_one):
    """What a process is told where the last of them has something else."""
    case = Case(**(options | (of_one if rank == PROCESSES - 1 else {})))
    dataset = case.dataset
    if not of_one and rank == PROCESSES - 1:
        dataset.validation.labels[0] ^= 1
    try:
        TIERS[tier].train(case, dataset)
    except UserError as error:
        return str(error)
    return "nothing"


def in_group(rank, program, folder, *arguments):
    """Run a program as one of the processes, with warnings as errors."""
    warnings.simplefilter("error")
    torch.set_num_threads(1)
    group = {"init_method": f"file://{folder}.group", "rank": rank, "world_size": PROCESSES}
    dist.init_process_group(BACKEND, **group)
    joined = weakref.ref(dist.group.WORLD)
    try:
        program(rank, folder, *arguments)
    finally:
        dist.destroy_process_group()
    gc.collect()
    assert joined() is None, "gloo's threads still run, and may abort the process at its end"


def in_processes(program, folder, *arguments):
    """Run it in each of the processes."""
    torch.multiprocessing.spawn(in_group, (program, folder, *arguments), PROCESSES)


TABLE = [
    (tier, name)
    for tier, name in product(SHARED_TIERS, CASES)
    if tier == "lowlevel" or not CASES[name].get("batch_norm")
]
# Of the sum over the processes, normalized or not, with shares of different sizes.
PARTS = {
    "the sum": lambda x: AllReduce.apply(x[:2]) ** 3,
    "batch normalization": lambda x: normalization()(x.reshape(-1, 2)) ** 3,
}


def normalization():
    return SharedBatchNorm1d(BatchNorm1d(2, torch.float64, "cpu")).forward


def differentiate(rank, folder):
    """The gradient of the sum of all processes' outputs, and its finite difference."""
    for name, function in PARTS.items():
        x = torch.from_numpy(np.random.default_rng(rank).normal(size=4 + 2 * rank))
        factor = rank + 1.5
        leaf = x.clone().requires_grad_()
        (factor * function(leaf)).sum().backward()
        differences = []
        for mover in range(PROCESSES):
            for entry in range(4 + 2 * mover):
                values = []
                for sign in (1, -1):
                    moved = x.clone()
                    if rank == mover:
                        moved[entry] += sign * 1e-6
                    total = (factor * function(moved)).sum()
                    dist.all_reduce(total)
                    values.append(total.item())
                if rank == mover:
                    differences.append((values[0] - values[1]) / 2e-6)
        np.savez(folder / f"{name} {rank}", gradient=leaf.grad, differences=differences)


def train_run(rank, folder, tier, *options, stop_at=None):
    """A run, which the last process may ask to stop in a step (1, 2, ...); the steps made."""

    kept = Run if rank == 0 else Follower
    arguments = [*DIGITS, "--run-dir", str(folder), *options]
    parsed = parse(TIERS[tier].options, tier, "", arguments)
    with kept(parsed, tier) as run:
        for training in run.steps(TIERS[tier].train_steps, load_dataset("digits", dtype="float64")):
            training.stop_requested |= training.step == stop_at and rank == PROCESSES - 1
    if dist.is_initialized():
        dist.barrier()  # the next run may read what the first process has just written
    return training.step


def stop_alone(folder, tier):
    """A run of one process that ends after step 14."""
    arguments = [*DIGITS, "--run-dir", str(folder)]
    train_watched(tier, arguments, after_step=stop_after(14))


def train_runs(rank, folder):
    steps = []
    for tier in SHARED_TIERS:
        train_run(rank, folder / f"{tier} whole", tier, *DROPOUT)
        for name in ("stopped here", "continued here"):
            steps.append(train_run(rank, folder / f"{tier} {name}", tier, *DROPOUT, stop_at=14))
        train_run(rank, folder / f"{tier} continued here", tier, "--resume")
        train_run(rank, folder / f"{tier} for one", tier, stop_at=14)
        train_run(rank, folder / f"{tier} of one", tier, "--resume")
    np.savez(folder / f"steps {rank}", steps=steps)


def train_cases(rank, folder):
    np.savez(
        folder / f"refused {rank}",
        lines=[refused(rank, tier, *row[:2]) for tier in SHARED_TIERS for row in REFUSED],
    )
    for tier, name in TABLE:
        np.savez(folder / f"{tier} {name} {rank}", **trained(tier, CASES[name]))
    differentiate(rank, folder)
    seed_dropout(1, 2)
    np.savez(folder / f"random numbers {rank}", drawn=torch.rand(5).numpy())


@pytest.fixture(scope="module")
def runs(tmp_path_factory) -> Path:
    """Run folders: whole runs, and some that were stopped, by processes or by one alone."""
    folder = tmp_path_factory.mktemp("runs")
    for tier in SHARED_TIERS:
        train_run(0, folder / f"{tier} one", tier)
        stop_alone(folder / f"{tier} of one", tier)
    in_processes(train_runs, folder)
    return folder


@pytest.fixture(scope="module")
def shared(tmp_path_factory) -> Path:
    """What processes that train together have ended with."""
    folder = tmp_path_factory.mktemp("shared")
    in_processes(train_cases, folder)
    return folder


@pytest.mark.parametrize(("tier", "name"), TABLE)
def test_they_end_where_one_process_does(tier, name, shared):
    assert_ended_alike(trained(tier, CASES[name]), shared, tier, name)


def assert_ended_alike(expected, folder, tier, name):
    """All processes ended with the same bits, and within the tolerance of one process."""
    first, *others = (np.load(folder / f"{tier} {name} {rank}.npz") for rank in range(PROCESSES))
    for what, array in expected.items():
        exact = what == "right"
        difference = np.abs(first[what] - array).max()
        assert difference <= (0 if exact else TOLERANCE * max(1, np.abs(array).max())), what
        for other in others:
            assert other[what].tobytes() == first[what].tobytes(), what


def train_on_gpus(rank, folder):
    for tier, name in product(SHARED_TIERS, ON_GPUS):
        np.savez(folder / f"{tier} {name} {rank}", **trained(tier, CASES[name] | GPU))


@pytest.mark.cuda
@pytest.mark.skipif(not GPUS, reason="needs a GPU for each process")
def test_gpus_end_where_one_does(tmp_path):
    in_processes(train_on_gpus, tmp_path)
    for tier, name in product(SHARED_TIERS, ON_GPUS):
        assert_ended_alike(trained(tier, CASES[name] | GPU), tmp_path, tier, name)


def test_processes_that_differ_are_refused_before_the_first_step(shared):
    for rank in range(PROCESSES):
        lines = np.load(shared / f"refused {rank}.npz")["lines"]
        for line, (*_, expected) in zip(lines, REFUSED * len(SHARED_TIERS), strict=True):
            assert line.startswith(expected)


def test_each_draws_masks_of_its_own(shared):
    drawn = [np.load(shared / f"random numbers {rank}.npz")["drawn"] for rank in range(PROCESSES)]
    assert len({tuple(numbers) for numbers in drawn}) == PROCESSES


@pytest.mark.parametrize("name", PARTS)
def test_a_sum_over_processes_has_the_gradient_of_finite_differences(name, shared):
    for rank in range(PROCESSES):
        found = np.load(shared / f"{name} {rank}.npz")
        np.testing.assert_allclose(found["gradient"], found["differences"], rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize("tier", SHARED_TIERS)
def test_a_resumed_run_has_the_bits_of_one_that_was_not_stopped(tier, runs):
    assert_same_bits(runs / f"{tier} continued here", runs / f"{tier} whole")


def test_all_stop_at_the_same_step_and_one_writes(runs):
    # Each time the last process asked in step 14, after it had told the others its part of it.
    for rank in range(PROCESSES):
        assert list(np.load(runs / f"steps {rank}.npz")["steps"]) == [15] * 4
    for tier in SHARED_TIERS:
        tensors, position = read_tensors(runs / f"{tier} stopped here" / "checkpoint.safetensors")
        assert (len(tensors["steps.loss"]), len(position["epochs"])) == (15, 1)
        assert not (runs / f"{tier} stopped here" / "test.json").exists()


@pytest.mark.parametrize("tier", SHARED_TIERS)
def test_one_process_continues_what_several_began_and_the_other_way_round(tier, runs):
    train_run(0, runs / f"{tier} for one", tier, "--resume")
    expected, _ = read_tensors(runs / f"{tier} one" / "model.safetensors")
    for name in ("for one", "of one"):
        found, _ = read_tensors(runs / f"{tier} {name}" / "model.safetensors")
        for parameter, array in expected.items():
            assert np.abs(found[parameter] - array).max() <= TOLERANCE, (name, parameter)
