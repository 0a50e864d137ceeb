"""The benchmarks: every contender does the same training, and the commands end as they should."""

import inspect
import json
import subprocess
import sys
import time
from dataclasses import replace
from importlib.util import find_spec

import numpy as np
import psutil
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from benchmarks import contenders, cores, parts, speed, torch_loops
from benchmarks.contenders import Entry, Task, Workload, known_contenders
from benchmarks.numpy_loops import step_products
from common.runs.options import REPOSITORY
from data.datasets import Dataset, Split
from data.errors import UserError
from tiers import TIERS

SMALL = Workload("small", 32)
STEPS = 18  # two epochs of 9 steps: so the orders are compared, too
ENTRIES = known_contenders("cpu")


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    """300 random images, which is no whole number of minibatches."""
    rng = np.random.default_rng(0)
    images, labels = rng.normal(size=(300, 784)).astype(np.float32), rng.integers(10, size=300)
    split = Split(images, labels)
    return Dataset("random", split, split, split, 10)


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(torch, "compile", lambda function, **_: function)  # it takes 10 s
    monkeypatch.setattr(contenders, "SPINNING_SECONDS", 0.0)


def entry_of(key: str) -> Entry:
    if key in ("jax", "keras") and not (find_spec("jax") and find_spec("keras")):
        pytest.skip("JAX and Keras are not installed")
    return ENTRIES[key]


def train_tier(name: str, task: Task, steps: int) -> object:
    """The tier's model after so many steps."""
    for training in TIERS[name].train_steps(
        task.workload.configuration(device="cpu"), task.dataset
    ):
        if training.step == steps:
            break
    return training.model


# --- what is computed -----------------------------------------------------------------------------


@pytest.mark.parametrize("key", ENTRIES)
def test_contender_is_measured(key, mnist_root):
    assert contenders.samples_per_second(mnist_root, entry_of(key), SMALL, 0.001) > 0


@pytest.mark.parametrize("momentum", [0.0, 0.9])
@pytest.mark.parametrize("key", ["lowlevel", "paper", "torch-eager", "compiled-step", "jax"])
def test_loop_ends_in_the_weights_of_tier_1(key, momentum, dataset, mnist_root):
    entry = entry_of(key)
    if momentum and not entry.momentum:
        pytest.skip("is not measured with momentum")
    task = Task(Workload("small", 32, momentum), dataset, "cpu", mnist_root)
    expected = train_tier("numpy", task, STEPS).parameters()["layers.0.weight"]
    if entry.loop[0] == "tiers":
        weight = train_tier(key, task, STEPS).state_dict()["layers.0.weight"]
    else:
        loop = contenders.import_module(entry.loop[0]).__dict__[entry.loop[1]](task)
        taken = 0
        while taken < STEPS:
            taken += next(loop)
        variables = inspect.getgeneratorlocals(loop)
        weight = variables["state"][0][0][0] if key == "jax" else variables["parameters"][0]
    weight = weight.detach() if isinstance(weight, torch.Tensor) else weight
    np.testing.assert_allclose(np.asarray(weight), expected, atol=1e-6)


class CountingArray(np.ndarray):
    """Counts the multiply-adds of the matrix products that it takes part in."""

    multiply_adds = 0

    def __array_ufunc__(self, ufunc, method, *inputs, out=None, **options):
        plain = [np.asarray(a) if isinstance(a, np.ndarray) else a for a in inputs]
        if out is not None:
            options["out"] = tuple(np.asarray(array) for array in out)
        if ufunc is np.matmul:
            CountingArray.multiply_adds += plain[0].size * plain[1].shape[-1]
        result = getattr(ufunc, method)(*plain, **options)
        return result.view(CountingArray) if isinstance(result, np.ndarray) else result


@pytest.mark.parametrize("network", ["small", "default"])
def test_floors_multiply_as_the_tiers_do(network, dataset, mnist_root):
    workload = Workload(network, 32)
    products = step_products(workload, lambda *shape: np.empty(shape))
    floor = sum(A.size * B.shape[1] for A, B, _ in products)
    if network == "small":  # 2 products of 784 × 32 (no gradient of the images) and 3 of 32 × 10
        assert floor == 32 * (2 * 784 * 32 + 3 * 32 * 10)
    counted = Split(dataset.train.images.view(CountingArray), dataset.train.labels)
    CountingArray.multiply_adds = 0
    task = Task(workload, replace(dataset, train=counted), "cpu", mnist_root)
    train_tier("numpy", task, 1)
    assert CountingArray.multiply_adds == floor
    task = Task(workload, dataset, "cpu", mnist_root)
    for loop in (torch_loops.eager, torch_loops.floor, "lowlevel", "paper"):
        with FlopCounterMode(display=False) as counter:
            train_tier(loop, task, 1) if isinstance(loop, str) else next(loop(task))
        assert counter.get_total_flops() == 2 * floor


# --- measurements and results ---------------------------------------------------------------------


def test_neither_the_first_step_nor_the_warm_up_is_counted(mnist_root, monkeypatch):
    now = [0.0]

    def steps():
        for seconds in (100, *[5] * 2, *[10] * 5):  # the first, those of the warm-up, the others
            now[0] += seconds
            yield 1

    running = steps()
    monkeypatch.setattr(contenders.time, "perf_counter", lambda: now[0])
    monkeypatch.setattr(contenders, "steps_of", lambda *_: running)
    speed = contenders.samples_per_second(mnist_root, ENTRIES["numpy"], SMALL, seconds=50.0)
    assert speed == 5 * 32 / 50


@pytest.mark.parametrize(
    ("references", "expected"),
    [
        # The reference is slow between the first measurement and the second.
        ([200.0, 290.0, 285.0], (3.0, 287.5, True)),
        ([200.0] * speed.ATTEMPTS, (float(speed.ATTEMPTS), 200.0, False)),
    ],
)
def test_disturbed_measurement_is_taken_again(references, expected):
    speeds, reference = iter(map(float, range(1, 10))), iter(references)

    def measure(*job: object) -> float:
        return next(reference) if job == speed.REFERENCE else next(speeds)

    sample, quiet = speed.take_sample(measure, [300.0], ENTRIES["numpy"], SMALL, 1.0)
    assert (*sample, quiet) == expected


def test_costs_and_ratios_by_hand():
    # In the second round everything, the reference too, is half as fast.
    speeds = {"numpy": 200.0, "numpy-floor": 250.0, "scikit-learn": 100.0}
    samples = {ENTRIES[key]: {1: (v, 1000.0), 2: (v / 2, 500.0)} for key, v in speeds.items()}
    rows = speed.summarize(samples, 1000.0)
    assert list(rows) == ["NumPy floor", "tier 1, NumPy", "scikit-learn"]  # the fastest first
    row = {name: s["median"] for name, s in rows["tier 1, NumPy"].items()}
    assert list(row.values()) == [5000.0, 1.25, 1.25, 2.0]
    assert all(s["min"] == s["max"] for s in rows["tier 1, NumPy"].values())
    # A ratio is that of the rounds that measured both.
    samples = {ENTRIES["numpy"]: {1: (1.0, 1.0), 2: (2.0, 1.0)}}
    samples[ENTRIES["numpy-floor"]] = {2: (8.0, 1.0), 3: (100.0, 1.0)}
    row = speed.summarize(samples, 1.0)["tier 1, NumPy"]
    assert row["cost to NumPy's products"]["mean"] == 4.0
    assert row["speed to scikit-learn"] is None


# --- the commands ---------------------------------------------------------------------------------


def results_of(command: str, folder) -> dict:
    content = json.loads((folder / f"{command}.json").read_text())
    assert {"python", "numpy", "torch", "scikit-learn", "processor"} <= content[
        "environment"
    ].keys()
    return content["results"]


def test_speed(tmp_path):
    options = "--rounds 1 --seconds 0.01 --threads 1 --networks small --batch-sizes 32"
    options += " --no-momentum --contenders numpy numpy-floor"
    script = REPOSITORY / "benchmarks" / "speed.py"
    command = [sys.executable, script, "--folder", tmp_path, *options.split()]
    process = subprocess.run(command, capture_output=True, text=True)
    assert process.returncode == 0, process.stderr
    assert "Training speed, 784-32-10 × 32, float32" in process.stdout
    results = results_of("speed", tmp_path)
    assert list(results) == ["784-32-10 × 32"]
    for rows in results.values():
        assert len(rows) == 2
        assert rows["tier 1, NumPy"]["cost to its own floor"]["median"] > 0.5


def test_parts(tmp_path):
    parts.main(["--rounds", "1", "--folder", str(tmp_path)])
    took = {name: part["µs"]["median"] for name, part in results_of("parts", tmp_path).items()}
    del took[parts.LINEAR]  # a difference of two times, which noise may make negative
    assert len(took) == 6 and all(1 < each < 1e5 for each in took.values())


def test_cores(tmp_path, monkeypatch):
    monkeypatch.setattr(cores, "EPOCHS", 1)
    settings = {"alone": cores.Setting(1, 1), "both": cores.Setting(2, 1, neighbour=True)}
    monkeypatch.setattr(cores, "settings", lambda: settings)
    cores.main(["--rounds", "1", "--folder", str(tmp_path)])
    results = results_of("cores", tmp_path)
    for name, runs in (("alone", 1), ("both", 2)):
        seconds = results[name]["seconds of an epoch"]["median"]
        assert results[name]["runs per minute"]["median"] == pytest.approx(runs * 6 / seconds)
    # The neighbour computes in the `with` block, and is gone after it.
    others = psutil.Process().children()
    with cores.busy_neighbour(True):
        (child,) = set(psutil.Process().children()) - set(others)
        wait_for(lambda: child.cpu_times().user > 0.3)
    assert not child.is_running()


def wait_for(condition):
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("command", "options", "start"),
    [
        (speed, ["--rounds", "0"], "--rounds 0: must be at least 1"),
        (speed, ["--seconds", "0"], "--seconds 0.0: must be greater than 0"),
        (speed, ["--batch-sizes", "128", "0"], "--batch-sizes 0: must be at least 1"),
        (speed, ["--contenders", "flax"], "--contenders flax: choose among numpy-floor"),
        (cores, ["--rounds", "-1"], "--rounds -1: must be at least 1"),
        (parts, ["--threads", "0"], "--threads 0: must be at least 1"),
        (cores, ["--folder", "/dev/null/here"], "--folder /dev/null/here: cannot be made"),
    ],
)
def test_bad_option_is_reported_in_one_line(command, options, start):
    with pytest.raises(UserError) as error:
        command.main(options)
    assert str(error.value).startswith(start)
    assert "\n" not in str(error.value)
