"""The experiments that train many networks, in a quick form: the numbers that they claim.

They train in processes of their own, where no shapes are checked: three times as fast as here.
"""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import psutil
import pytest
from idx_files import tells
from matplotlib import pyplot as plt
from PIL import Image

from data.datasets import DatasetUnavailable, load_dataset
from data.errors import UserError
from experiments import compare_activations, compare_initializers, learning_curves, overfitting, xor
from experiments.experiment import save_animation, side_by_side
from mlp_numpy import MLP

ROOT = Path(__file__).parent.parent


def labels(panel: plt.Axes) -> set[str]:
    """The words of a panel's legend."""
    return {text.get_text() for text in panel.get_legend().get_texts()}


def assert_axes_are_named(figure: plt.Figure) -> None:
    for row in {panel.get_subplotspec().rowspan.start for panel in figure.axes}:
        panels = [a for a in figure.axes if a.get_subplotspec().rowspan.start == row]
        assert panels[0].get_ylabel()
    assert all(panel.get_xlabel() for panel in figure.axes if panel.get_subplotspec().is_last_row())


# --- xor ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def xor_numbers():
    return xor.run(xor.Options(widths=(4,), activations=("tanh",), animate=True))


def test_xor_needs_an_activation(xor_numbers):
    assert all(shares["tanh"][0] >= 95 for shares in xor_numbers["solved"].values())
    assert "Of 100 starts with 4 hidden units" in xor.answer(xor_numbers)


def test_xor_with_a_straight_boundary_or_two_units():
    """One unit, or none that bends: never. Two can bend it, and do not always find out how."""
    options = xor.Options(seeds=15)
    networks = [("identity", 8), ("tanh", 1), ("tanh", 2)]
    tasks = [(options, *network, loss) for network in networks for loss in xor.LOSSES]
    *straight, logistic, softmax = side_by_side(xor.solved, tasks)
    assert straight == [[]] * 4
    assert 6 <= len(logistic) < 15
    assert 6 <= len(softmax) < 15


def test_xor_is_the_same_in_every_tier(xor_numbers):
    network = xor_numbers["network"]
    assert network["right"] == 4
    assert network["largest_difference"] < 1e-12
    assert set(network["tiers"]) == {"numpy", "lowlevel", "paper"}
    # In the hidden space the boundary is straight: there, w · h + c tells the four points apart.
    *w, c = network["line"]
    margins = np.array(network["hidden_points"]) @ w + c
    assert ((margins > 0) == xor.LABELS).all()
    # And on the grid it is what the network computes.
    on_grid = np.array(network["hidden_grid"]) @ w + c
    np.testing.assert_allclose(on_grid, network["margins"], atol=1e-3)


def test_xor_is_drawn(xor_numbers):
    figure = xor.draw(xor_numbers)
    assert_axes_are_named(figure)
    plane, _, logistic, softmax = figure.axes
    assert {"class 0", "class 1", "tier 1, NumPy", "tier 3, nn.Module"} <= labels(plane)
    assert labels(logistic) == {"tanh"}
    for panel, shares in zip((logistic, softmax), xor_numbers["solved"].values(), strict=True):
        for line, counts in zip(panel.lines, shares.values(), strict=True):
            np.testing.assert_allclose(line.get_ydata(), counts)
    plt.close(figure)


def test_xor_is_filmed(xor_numbers, tmp_path):
    numbers = xor_numbers | {"frames": xor_numbers["frames"][:2]}
    save_animation(xor.animate(numbers), tmp_path / "xor.gif")
    with Image.open(tmp_path / "xor.gif") as film:
        assert film.n_frames == 2


# --- overfitting ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def overfit():
    """Some of the cases beside the grid of networks, by name, and how much each overfits."""
    tasks = []
    seeds_of = {"no remedy": 3, "weight decay": 2, "dropout 0.2": 3, "little noise": 1}
    for name, seeds in (seeds_of | {"random labels": 1}).items():
        options = overfitting.Options(seeds=seeds)
        tasks += [(options, case) for case in overfitting.cases(options)[1] if case.name == name]
    return {
        result["name"]: (result, overfitting.last_over_best(result))
        for result in side_by_side(overfitting.train_seeds, tasks)
    }


def test_wide_networks_overfit_and_weight_decay_keeps_them_from_it(overfit):
    result, ratio = overfit["no remedy"]
    assert result["hidden"] == [64, 64]
    assert ratio > 3
    assert result["train_loss"][-1] < 0.1 * min(result["validation_loss"])
    assert overfit["weight decay"][1] < 1.1


def test_dropout_alone_helps_little(overfit):
    assert overfit["dropout 0.2"][1] > 2


def test_moons_that_hardly_overlap_hardly_overfit(overfit):
    result, ratio = overfit["little noise"]
    assert ratio < 1.1
    assert min(result["validation_accuracy"]) > 0.99


def test_random_labels_are_fitted_and_do_not_generalize(overfit):
    result, ratio = overfit["random labels"]
    assert ratio > 3
    assert result["train_accuracy"][0] > 0.9
    assert 0.4 < result["validation_accuracy"][0] < 0.6


def test_hidden_space_shows_the_network_s_own_decisions(overfit):
    shown = overfit["no remedy"][0]["shown"]
    across = np.array(shown["hidden_grid"])[:, 0]
    margins = np.array(shown["margins"])
    clear = abs(margins) > 1e-3
    assert (across[clear] * margins[clear] > 0).all()


def test_overfitting_as_a_command_writes_picture_numbers_and_film(tmp_path):
    options = "--widths 2 4 --layers 1 2 --seeds 2 --epochs 10 --animate"
    command = [sys.executable, ROOT / "experiments/overfitting.py", *options.split()]
    run = subprocess.run([*command, "--folder", tmp_path], capture_output=True, text=True)
    assert (run.returncode, run.stderr) == (0, "")
    for words in ("1 x 2 ", "2 x 4 ", "dropout 0.5 ", "random labels "):
        assert words in run.stdout
    numbers = json.loads((tmp_path / "overfitting.json").read_text())["results"]
    assert [result["hidden"] for result in numbers["networks"]] == [[2], [4], [2, 2], [4, 4]]
    assert "frames" not in numbers
    with (
        Image.open(tmp_path / "overfitting.gif") as film,
        Image.open(tmp_path / "overfitting.png") as picture,
    ):
        assert film.n_frames == 10
        assert picture.width > 800
    figure = overfitting.draw(numbers)
    assert_axes_are_named(figure)
    assert labels(figure.axes[4]) == {"1 hidden layer", "2 hidden layers"}
    lines = figure.axes[4].lines
    expected = [overfitting.last_over_best(result) for result in numbers["networks"]]
    np.testing.assert_allclose([*lines[0].get_ydata(), *lines[1].get_ydata()], expected)
    plt.close(figure)


# --- compare_initializers, compare_activations ----------------------------------------------------


def units(model: MLP, activation: str) -> list[int]:
    """Dead and saturated units of a network, on inputs from -1 to 1."""
    counts = learning_curves.count_units(model, activation, np.linspace(-1, 1, 50)[:, None])
    return [counts["units"], counts["dead"], counts["saturated"]]


def test_units_that_are_dead_or_saturated_are_counted():
    model = MLP((1, 3, 2, 2), activation="tanh", initializer="zeros", dtype=np.float64)
    W, b, W_next = list(model.parameters().values())[:3]
    assert units(model, "tanh") == [5, 5, 0]
    W[:] = [[0.1], [1.0], [100.0]]
    W_next[:] = 0.1
    assert units(model, "tanh") == [5, 0, 1]
    b[:] = [0, 10, 0]  # 1 - tanh² is under 1e-7 there, and the outputs differ by less than 1e-6
    assert units(model, "tanh") == [5, 1, 1]

    model = MLP((1, 3, 2), activation="relu", dtype=np.float64)
    W, b = list(model.parameters().values())[:2]
    W[:], b[:] = [[1], [1], [1]], [0, -2, 2]
    assert units(model, "relu") == [3, 1, 0]


def test_the_start_decides_how_deep_networks_learn():
    options = compare_initializers.Options(
        initializers=("xavier-normal", "standard-uniform", "zeros"),
        learning_rates=(0.05,),
        seeds=1,
        epochs=2,
    )
    numbers = compare_initializers.run(options)
    accuracy = {name: r["test_accuracy"][0] for name, r in numbers["compared"].items()}
    assert accuracy["xavier-normal"] > 0.8
    assert accuracy["standard-uniform"] < 0.6
    assert accuracy["zeros"] < 0.12
    assert learning_curves.share(numbers["compared"]["zeros"], "dead") == 1
    assert (numbers["dataset"], numbers["images"]) == ("mnist", 10_000)
    figure = compare_initializers.draw(numbers)
    assert_axes_are_named(figure)
    assert len(figure.legends[0].get_texts()) == 3
    plt.close(figure)


def test_each_activation_has_its_best_rate_and_digits_stand_in(monkeypatch, capsys):
    def load(name, root):
        if name == "mnist":
            raise DatasetUnavailable("MNIST is not there")
        return load_dataset(name, root)

    monkeypatch.setattr(learning_curves, "load_dataset", load)
    options = compare_activations.Options(
        activations=("identity", "tanh"),
        hidden=(16,),
        learning_rates=(0.001, 0.03, 1000),
        seeds=2,
        epochs=3,
    )
    numbers = compare_activations.run(options)
    assert "MNIST is not there; going on with scikit-learn's digits" in capsys.readouterr().err
    assert (numbers["dataset"], numbers["images"]) == ("digits", 1297)
    slow, good, wild = numbers["compared"]["identity"]["by_rate"]
    assert wild is None and slow < good  # it diverged
    for result in numbers["compared"].values():
        assert result["rate"] == 0.03
        assert np.mean([run[-1] for run in result["validation_accuracy"]]) == result["by_rate"][1]
        assert min(result["test_accuracy"]) > 0.8
    assert "identity 9" in compare_activations.answer(numbers)
    figure = compare_activations.draw(numbers)
    error = 100 - 100 * np.array([slow, good])
    np.testing.assert_allclose(figure.axes[2].lines[0].get_ydata()[:2], error)
    plt.close(figure)


@pytest.mark.parametrize(
    ("options", "given", "message"),
    [
        (xor.Options, {"widths": ()}, "--widths"),
        (xor.Options, {"widths": (0,)}, "--widths 0"),
        (xor.Options, {"activations": ("gelu",)}, "--activations gelu"),
        (xor.Options, {"seeds": 0}, "--seeds 0"),
        (xor.Options, {"epochs": 0}, "--epochs 0"),
        (xor.Options, {"learning_rate": float("nan")}, "--learning-rate nan"),
        (xor.Options, {"shown": "gelu"}, "--shown gelu"),
        (overfitting.Options, {"points": "moon"}, "--points moon"),
        (overfitting.Options, {"count": 19}, "--count 19"),
        (overfitting.Options, {"noise": -0.1}, "--noise -0.1"),
        (overfitting.Options, {"layers": (0,)}, "--layers 0"),
        (overfitting.Options, {"dropout": (1.0,)}, "--dropout 1.0"),
        (overfitting.Options, {"learning_rate": 0}, "--learning-rate 0"),
        (compare_activations.Options, {"learning_rates": (0.1, 0)}, "--learning-rates 0: "),
        (compare_activations.Options, {"activations": ()}, "--activations"),
        (compare_initializers.Options, {"images": 127}, "--images 127"),
        (compare_initializers.Options, {"hidden": ()}, "--hidden"),
        (compare_initializers.Options, {"initializers": ("magic",)}, "--initializers magic"),
    ],
)
def test_bad_options_are_reported_in_one_line(options, given, message):
    with tells(UserError, message):
        options(**given)


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_stopped_experiment_leaves_no_process(tmp_path, number):
    script = ROOT / "experiments" / "srivastava_2014_data_size.py"
    options = ("--dataset", "digits", "--sizes", "1000", "--steps", "1000000")
    command = [sys.executable, script, *options, "--folder", tmp_path]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    workers: list[psutil.Process] = []
    try:
        deadline = time.monotonic() + 120
        while not workers and time.monotonic() < deadline:
            time.sleep(0.2)  # until a worker trains
            children = psutil.Process(process.pid).children()
            workers = [child for child in children if child.cpu_times().user > 3]
        process.send_signal(number)
        assert process.wait(30) == (130 if number == signal.SIGINT else -signal.SIGKILL)
        assert workers and psutil.wait_procs(workers, timeout=30)[1] == []
    finally:
        process.kill()
        for worker in workers:
            with suppress(psutil.NoSuchProcess):
                worker.kill()
        process.wait()


def test_an_experiment_that_diverges_ends_in_one_line(tmp_path):
    script = ROOT / "experiments" / "srivastava_2014_data_size.py"
    options = ("--dataset", "digits", "--sizes", "1000", "--learning-rate", "1000")
    command = [sys.executable, script, *options, "--folder", tmp_path]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 2 and ran.stdout == ""
    assert len(ran.stderr.splitlines()) == 1
    assert ran.stderr.startswith("error: the loss is ")
