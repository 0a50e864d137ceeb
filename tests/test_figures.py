"""What the figures show: every line, point by point, inside its panel."""

import numpy as np
import pytest
from matplotlib import pyplot as plt

from compared_figures import Curve, draw_drift, draw_learning_curves


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


def curve(name, dtype, epochs, accuracy=0.9):
    """Validation losses are twice the training losses, the accuracies half."""
    losses, accuracies = np.linspace(1, 0.1, epochs)[None], np.full((1, epochs), accuracy)
    return Curve(name, dtype, losses, accuracies, 2 * losses, accuracies / 2)


@pytest.mark.parametrize("one_training", [True, False])
def test_learning_curves(one_training):
    shown = [curve("a", "float32", 4), curve("b", "float32", 2, 0.8), curve("c", "float64", 3)]
    figure = draw_learning_curves(shown, "the title", one_training)
    drawn = figure.axes
    assert [panel.get_title() for panel in drawn] == ["float32", "float64", "", ""]
    assert [panel.get_ylabel() for panel in drawn] == ["loss", "", "accuracy (%)", ""]
    expected = [
        [[1, 0.7, 0.4, 0.1], [1, 0.1], [2, 1.4, 0.8, 0.2], [2, 0.2]],
        [[1, 0.55, 0.1], [2, 1.1, 0.2]],
        [[90] * 4, [80] * 2, [45] * 4, [40] * 2],
        [[90] * 3, [45] * 3],
    ]
    for panel, values in zip(drawn, expected, strict=True):
        assert len(panel.lines) == len(values)
        for line, y in zip(panel.lines, values, strict=True):
            np.testing.assert_array_equal(line.get_xdata(), np.arange(1, len(y) + 1))
            np.testing.assert_allclose(line.get_ydata(), y)
            assert line.get_marker() == ""
            for point in line.get_xydata():
                assert panel.viewLim.contains(*point), "outside the panel"
    legends = [[text.get_text() for text in drawn[0].get_legend().texts]]
    legends += [[text.get_text() for text in legend.texts] for legend in figure.legends]
    assert legends == ([["a", "b"]] if one_training else [["train", "validation"], ["a", "b", "c"]])


def test_several_seeds_are_a_mean_and_a_band():
    losses = np.array([[1.0, 0.5], [2.0, 0.5], [3.0, 0.5]])
    shown = Curve("a", "float32", losses, losses / 10, losses + 1, losses / 5)
    drawn = draw_learning_curves([shown], "", one_training=True).axes
    train, validation = drawn[0].lines
    np.testing.assert_allclose(train.get_ydata(), [2, 0.5])
    np.testing.assert_allclose(validation.get_ydata(), [3, 1.5])
    band = drawn[0].collections[0].get_paths()[0].vertices
    assert {tuple(point) for point in band.round(9)} == {(1, 1), (1, 3), (2, 0.5)}


def test_run_of_one_epoch_is_seen():
    figure = draw_learning_curves([curve("a", "float32", 1)], "the title", one_training=True)
    assert all(line.get_marker() == "o" for panel in figure.axes for line in panel.lines)


def test_drift():
    drifts = {"float32": np.array([0, 1e-3, 1e-2, 0]), "float64": np.array([1e-16, 0, 0, 0])}
    (panel,) = draw_drift(drifts, "the title").axes
    assert panel.get_yscale() == "log"
    points = [line.get_xydata().tolist() for line in panel.lines]
    assert points == [[[2, 1e-3], [3, 1e-2]], [[1, 1e-16]]]
    labels = [text.get_text() for text in panel.get_legend().texts]
    assert labels == [
        "float32 (equal to the last bit in 2 of 4 steps)",
        "float64 (equal to the last bit in 3 of 4 steps)",
    ]
