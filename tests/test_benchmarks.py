"""The benchmarks: every contender does the same training, and the commands end as they should."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from benchmarks import overhead, settings, speed, start_up, time_to_accuracy
from benchmarks.contenders import REFERENCE
from benchmarks.live_process import Measured
from benchmarks.numpy_contenders import NumpyFloor, TierOne
from benchmarks.scikit_learn_contender import ScikitLearn
from benchmarks.speed_results import Sample, summarize
from benchmarks.torch_contenders import (
    CompiledStep,
    EagerFloor,
    ModuleAndDataLoader,
    TierThree,
    TierThreeCompile,
    TierTwo,
    TorchFloor,
)
from benchmarks.worker import measure
from benchmarks.workloads import Data, Workload
from common.configuration import REPOSITORY
from common.errors import UserError
from data.mnist import DatasetUnavailable

CONTENDERS = [
    NumpyFloor,
    TierOne,
    ScikitLearn,
    TorchFloor,
    EagerFloor,
    TierTwo,
    TierThree,
    TierThreeCompile,
    CompiledStep,
    ModuleAndDataLoader,
]
SMALL = Workload("small", 32)


@pytest.fixture
def data(mnist_root) -> Data:
    rng = np.random.default_rng(0)
    images = rng.normal(size=(300, 784)).astype(np.float32)
    return Data(images, rng.integers(10, size=300), mnist_root)


@pytest.fixture
def _uncompiled(monkeypatch):
    monkeypatch.setattr(torch, "compile", lambda function, **_: function)  # it takes 10 s


@pytest.mark.usefixtures("_uncompiled")
@pytest.mark.parametrize("contender_class", CONTENDERS)
def test_contender_is_measured(contender_class, data):
    answer = measure(contender_class(SMALL, data), warm_up=1e-4, seconds=1e-3)
    assert answer["steps"] > 0 and answer["seconds"] > 0


@pytest.mark.parametrize("name", ["JaxScan", "Keras"])
def test_contender_that_may_be_installed_is_measured(name, data):
    for module in ("jax", "keras"):
        pytest.importorskip(module)
    from benchmarks import other_contenders

    answer = measure(getattr(other_contenders, name)(SMALL, data), warm_up=1e-4, seconds=1e-3)
    assert answer["steps"] > 0 and answer["seconds"] > 0


@pytest.mark.usefixtures("_uncompiled")
@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_loops_end_in_the_same_weights(momentum, data):
    # 20 steps are more than two epochs of 300 images: the orders are the same, too.
    workload = Workload("small", 32, momentum)
    classes = [TierOne, TierTwo, TierThree, EagerFloor]
    if not momentum:
        classes.append(CompiledStep)  # not measured with momentum
    weights = {}
    for contender_class in classes:
        contender = contender_class(workload, data)
        contender.run(20)
        weights[contender_class.__name__] = first_weight(contender)
    start = first_weight(TierOne(workload, data))
    for name, weight in weights.items():
        np.testing.assert_allclose(weight, weights["TierOne"], atol=1e-6, err_msg=name)
        assert abs(weight - start).max() > 1e-3


def first_weight(contender) -> np.ndarray:
    match contender:
        case EagerFloor() | CompiledStep():
            weight = contender.parameters[0]
        case TierThree():
            weight = next(contender.model.parameters())
        case _:
            weight = contender.model.parameters()["layers.0.weight"]
    return weight.detach().numpy() if isinstance(weight, torch.Tensor) else weight.copy()


# --- the floors do the tiers' matrix products -----------------------------------------------------


class CountingArray(np.ndarray):
    """Counts the multiply-adds of the matrix products that it takes part in."""

    multiply_adds = 0

    def __array_ufunc__(self, ufunc, method, *inputs, out=None, **options):
        plain = [np.asarray(a) if isinstance(a, np.ndarray) else a for a in inputs]
        if out is not None:
            options["out"] = tuple(np.asarray(array) for array in out)
        # A vector of ones times a matrix is a sum, not one of the products.
        if ufunc is np.matmul and plain[0].ndim == 2:
            CountingArray.multiply_adds += plain[0].size * plain[1].shape[-1]
        result = getattr(ufunc, method)(*plain, **options)
        return result.view(CountingArray) if isinstance(result, np.ndarray) else result

    def __array_function__(self, function, types, args, kwargs):
        assert function not in (np.dot, np.einsum, np.inner, np.vdot), "count this product, too"
        return super().__array_function__(function, types, args, kwargs)


@pytest.mark.parametrize("network", ["small", "default"])
def test_numpy_floor_multiplies_as_tier_1_does(network, data):
    workload = Workload(network, 32)
    counted = {}
    images = data.images.view(CountingArray)
    for contender_class in (TierOne, NumpyFloor):
        contender = contender_class(workload, Data(images, data.labels, data.root))
        if contender_class is NumpyFloor:
            contender.products = [(A.view(CountingArray), B, C) for A, B, C in contender.products]
        CountingArray.multiply_adds = 0
        contender.run(1)
        counted[contender_class] = CountingArray.multiply_adds
    assert counted[NumpyFloor] == counted[TierOne] == workload.multiply_adds


@pytest.mark.parametrize("network", ["small", "default"])
@pytest.mark.parametrize("contender_class", [TorchFloor, TierTwo, TierThree, EagerFloor])
def test_torch_floor_multiplies_as_the_tiers_do(contender_class, network, data):
    workload = Workload(network, 32)
    contender = contender_class(workload, data)
    with FlopCounterMode(display=False) as counter:
        contender.run(1)
    assert counter.get_total_flops() == 2 * workload.multiply_adds


def test_multiply_adds_of_a_network_counted_by_hand():
    # 784-32-10: 2 products of 784 × 32 (the images need no gradient) and 3 of 32 × 10.
    assert Workload("small", 1).multiply_adds == 2 * 784 * 32 + 3 * 32 * 10


# --- measurements ---------------------------------------------------------------------------------


class ScriptedProcess:
    """Stands in for a live process: answers with these speeds, one after the other."""

    entry = REFERENCE

    def __init__(self, *speeds: float) -> None:
        self.speeds = iter(speeds)

    def measure(self, workload: Workload, warm_up: float, seconds: float) -> Measured:
        return Measured(next(self.speeds))

    def processor_seconds(self) -> None:
        return None


def test_disturbed_measurement_is_taken_again():
    # The reference is slow between the first measurement and the second.
    reference = ScriptedProcess(300.0, 200.0, 290.0, 285.0)
    contender = ScriptedProcess(1.0, 2.0, 3.0)
    meter = speed.Meter(speed.SpeedOptions(), reference, [contender])
    sample = meter.measure(contender, SMALL, 1)
    assert (sample.samples_per_second, sample.quiet, sample.reference) == (3.0, True, 287.5)


def test_measurement_that_is_always_disturbed_is_kept_and_marked():
    reference = ScriptedProcess(300.0, *[200.0] * speed.ATTEMPTS)
    contender = ScriptedProcess(*map(float, range(1, speed.ATTEMPTS + 1)))
    meter = speed.Meter(speed.SpeedOptions(), reference, [contender])
    sample = meter.measure(contender, SMALL, 1)
    assert (sample.samples_per_second, sample.quiet) == (speed.ATTEMPTS, False)


# --- results --------------------------------------------------------------------------------------


def test_drift_of_the_machine_is_divided_out():
    # In the second round everything, the reference too, is half as fast.
    entries = speed.SpeedOptions(contenders=("numpy", "numpy-floor", "scikit-learn")).entries()
    speeds = {"numpy": 200.0, "numpy-floor": 250.0, "scikit-learn": 100.0}
    samples = [
        Sample(number, key, SMALL, speed / number, None, 1000.0 / number, True, 0.0)
        for number in (1, 2)
        for key, speed in speeds.items()
    ]
    contenders = summarize([SMALL], entries, samples)["workloads"][0]["contenders"]
    for contender in contenders.values():
        assert contender["samples_per_second"]["min"] == contender["samples_per_second"]["max"]
    assert contenders["numpy"]["cost_to_floor"]["median"] == 1.25
    assert contenders["numpy"]["cost_to_own_floor"]["median"] == 1.25
    assert contenders["numpy"]["speed_to_scikit_learn"]["median"] == 2
    assert contenders["numpy"]["samples_per_second_as_measured"] == [200, 100]


def test_failed_contender_is_told_and_others_go_on():
    entries = speed.SpeedOptions(contenders=("numpy", "compiled-step")).entries()
    samples = [
        Sample(1, "numpy", SMALL, 200.0, None, 1000.0, True, 0.0),
        Sample(1, "compiled-step", SMALL, None, "RuntimeError: no compiler", 1000.0, False, 0.0),
    ]
    contenders = summarize([SMALL], entries, samples)["workloads"][0]["contenders"]
    assert contenders["compiled-step"]["error"] == "RuntimeError: no compiler"
    assert contenders["numpy"]["cost_to_floor"] is None


# --- the commands ---------------------------------------------------------------------------------


def run(command: str, folder: Path, *options: object) -> dict:
    script = REPOSITORY / "benchmarks" / f"{command}.py"
    process = subprocess.run(
        [sys.executable, script, "--folder", folder, *map(str, options)],
        capture_output=True,
        text=True,
    )
    assert process.returncode == 0, process.stderr
    return json.loads((folder / f"{command}.json").read_text())


def test_speed(mnist_root, tmp_path):
    contenders = ("numpy-floor", "numpy", "scikit-learn")
    quick = ("--rounds", 1, "--seconds", 0.002, "--warm-up", 0.001, "--threads", 1)
    workloads = ("--networks", "small", "--batch-sizes", 32, 128, "--no-momentum")
    results = run("speed", tmp_path, *quick, *workloads, "--contenders", *contenders)
    assert (tmp_path / "speed.png").stat().st_size > 10_000
    assert {"python", "numpy", "torch", "scikit-learn", "processor"} <= results[
        "environment"
    ].keys()
    assert [w["label"] for w in results["workloads"]] == ["784-32-10 × 32", "784-32-10 × 128"]
    for workload in results["workloads"]:
        assert set(workload["contenders"]) == set(contenders)
        for contender in workload["contenders"].values():
            assert contender["samples_per_second"]["median"] > 0
            assert contender["cost_to_floor"]["median"] > 0
            assert contender["speed_to_scikit_learn"]["median"] > 0
    openblas = next(lib for lib in results["libraries"]["numpy"] if lib["architecture"])
    assert openblas["num_threads"] == 1
    assert results["reference"]["median"] > 0


def test_start_up(mnist_root, tmp_path):
    results = run("start_up", tmp_path, "--runs", 1, "--tiers", "numpy", "--threads", 1)
    numpy = results["tiers"]["numpy"]
    seconds = numpy["seconds_to_first_step"]["median"], numpy["seconds_of_whole_run"]["median"]
    assert 0 < seconds[0] < seconds[1]
    # The training images alone take 172 MB.
    assert 172e6 < numpy["peak_bytes"]["median"] < 2e9


def test_parts(mnist_root, tmp_path):
    results = run("parts", tmp_path, "--rounds", 1, "--network", "small")
    microseconds = {part: took["median"] for part, took in results["microseconds"].items()}
    # A difference of two times, which noise may make negative.
    del microseconds["adding biases, and their gradients"]
    assert len(microseconds) == 5
    assert all(1 < each < 1e5 for each in microseconds.values())


def test_overhead(mnist_root, tmp_path):
    results = run("overhead", tmp_path, "--epochs", 1)
    assert 0.3 < results["ratio"]["median"] < 3
    assert results["seconds_per_bare_epoch"]["median"] > 0


def test_time_to_accuracy(mnist_root, tmp_path):
    results = run("time_to_accuracy", tmp_path, "--seeds", 1, "--contenders", "numpy")
    numpy = results["contenders"]["numpy"]
    assert numpy["seconds_mean"] > 0
    assert 0.97 < numpy["test_accuracy_mean"] < 0.99
    assert numpy["share_reached"] in (0, 1)


@pytest.mark.parametrize(
    ("command", "options", "told"),
    [
        (speed, ["--rounds", "0"], "--rounds 0: must be greater than or equal to 1"),
        (speed, ["--seconds", "0"], "--seconds 0.0: must be greater than 0"),
        (speed, ["--batch-sizes", "128", "0"], "--batch-sizes 0: must be greater"),
        (
            speed,
            ["--contenders", "tensorflow"],
            "--contenders tensorflow: choose among numpy-floor",
        ),
        (time_to_accuracy, ["--goal", "98"], "--goal 98.0: must be less than or equal to 1"),
        (start_up, ["--runs", "-1"], "--runs -1: must be greater"),
        (overhead, ["--epochs", "0"], "--epochs 0: must be greater"),
        (speed, ["--folder", "/dev/null/here"], "--folder /dev/null/here: cannot be made"),
    ],
)
def test_bad_option_is_told_in_one_line(command, options, told):
    with pytest.raises(UserError) as error:
        command.main(options)
    assert str(error.value).startswith(told)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("command", [speed, start_up, overhead, time_to_accuracy])
def test_missing_mnist_is_told_in_one_line(command, tmp_path, monkeypatch):
    def unavailable(*_):
        raise DatasetUnavailable("no network")

    monkeypatch.setattr(settings, "load_dataset", unavailable)
    with pytest.raises(UserError, match=r"copy its four .gz files there") as error:
        command.main(["--folder", str(tmp_path), "--data-root", str(tmp_path)])
    assert "\n" not in str(error.value)
