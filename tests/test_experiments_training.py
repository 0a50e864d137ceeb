"""The experiments that train many networks, in a quick form: the numbers that they claim."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from idx_files import tells
from matplotlib import pyplot as plt
from PIL import Image

from data.errors import UserError
from experiments import xor

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
    for loss in xor.LOSSES:
        assert xor.solved((xor.Options(seeds=5), "identity", 8, loss)) == []


def test_xor_with_one_unit_or_two():
    """One unit: a straight boundary. Two can bend it, and do not always find out how."""
    options = xor.Options(seeds=15)
    for loss in xor.LOSSES:
        assert xor.solved((options, "tanh", 1, loss)) == []
        assert 6 <= len(xor.solved((options, "tanh", 2, loss))) < 15


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


def test_xor_as_a_command_writes_picture_numbers_and_film(tmp_path):
    options = ["--seeds", "1", "--widths", "2", "--epochs", "12", "--animate"]
    command = [sys.executable, ROOT / "experiments/xor.py", *options, "--folder", tmp_path]
    run = subprocess.run(command, capture_output=True, text=True)
    assert (run.returncode, run.stderr) == (0, "")
    assert "Of 1 starts with 2 hidden units" in run.stdout
    results = json.loads((tmp_path / "xor.json").read_text())["results"]
    assert results["widths"] == [2] and "frames" not in results
    with Image.open(tmp_path / "xor.gif") as film, Image.open(tmp_path / "xor.png") as picture:
        assert film.n_frames == 12
        assert picture.width > 1000


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
    ],
)
def test_bad_options_are_told_in_one_line(options, given, message):
    with tells(UserError, message):
        options(**given)
