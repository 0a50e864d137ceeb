"""The page's pictures of a model, cell by cell."""

import base64
import json

import numpy as np
import pytest

from play.encoding import to_json
from play.frames import frame
from play.pictures import at_point
from play.plane import extent, raster
from tiers import TIERS


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize(
    "loss", ["softmax-cross-entropy", "sigmoid-cross-entropy", "mean-squared-error"]
)
def test_the_pictures_show_what_the_model_says(loss, tier, trained):
    options = {"dataset": "xor", "batch_norm": True, "dropout": 0.1}
    training = trained(tier=tier, loss=loss, dtype="float64", **options)
    training.advance(40, 60)
    reply = json.loads(to_json(frame(training)))
    regions = {name: unpack(array) for name, array in reply["regions"][tier].items()}
    side, reach = len(regions["classes"]), extent(training.setup, training.dataset)
    assert len(set(regions["classes"].ravel())) == 2
    top_left = raster(side, reach)[0]
    assert top_left[0] < 0 < top_left[1]
    units = reply["units"][0]
    for row, column in ((1, 1), (40, 70), (94, 10)):
        x, y = raster(side, reach)[row * side + column]
        point = at_point(training, tier, x, y)
        assert regions["classes"][row, column] == point["class"]
        certain = np.clip(point["probabilities"][point["class"]], 0, 1) * 255
        assert abs(regions["confidence"][row, column] - certain) <= 0.51
        if loss != "mean-squared-error":
            assert sum(point["probabilities"]) == pytest.approx(1)
    picture = unpack(units["pictures"])[:, 13, 23]  # of the cells (40, 70)
    point = at_point(training, tier, *raster(side, reach)[40 * side + 70])
    labels = [layer["label"] for layer in point["layers"]]
    assert (labels[0], labels[-1]) == ("Linear 1: Z = X Wᵀ", "Linear 3: Z = X Wᵀ + b")
    low, high = np.array(units["low"]), np.array(units["high"])
    shown = low + picture / 255 * (high - low)
    np.testing.assert_allclose(shown, point["layers"][2]["values"], atol=high.max() / 400)


def unpack(array):
    return np.frombuffer(base64.b64decode(array["data"]), np.dtype(array["type"])).reshape(
        array["shape"]
    )


def test_zero_weights_make_all_units_alike_and_dead(trained):
    training = trained(initializer="zeros")
    training.advance(3, 60)
    reply = frame(training)
    pictures = unpack(reply["units"][0]["pictures"])
    assert (pictures == pictures[0]).all()
    assert [layer["count"] for layer in reply["dead"]] == [8, 4]
    assert [layer["count"] for layer in frame(trained(activation="tanh"))["dead"]] == [0, 0]


@pytest.mark.parametrize("width", [0, 6e-8, 4e-7])
def test_units_that_differ_by_rounding_alone_are_drawn_as_alike(width, trained):
    training = trained(activation="sigmoid", hidden=[2])
    weights = training.tiers["numpy"].model.parameters()["layers.0.weight"]
    weights[...] = width
    reply = frame(training)
    levels = np.unique(unpack(reply["units"][0]["pictures"]))
    assert (len(levels) == 1) == (width < 1e-7)
    assert sum(reply["histograms"][0]["counts"]) == 2 * 60


def test_numbers_near_the_largest_are_not_drawn(trained):
    training = trained(loss="mean-squared-error", dtype="float32", hidden=[4])
    training.advance(1, 60)
    for array in training.tiers["numpy"].model.parameters().values():
        array[...] = 1e30
    reply = json.loads(to_json(frame(training)))
    assert (reply["regions"], reply["units"], reply["gradients"]) == (None, None, [])


def test_an_answer_holds_no_nan():
    numbers = [np.nan, np.float32(np.inf), np.array([1, np.nan]), np.int64(3), True, None]
    assert to_json({"numbers": numbers}) == b'{"numbers":[null,null,[1.0,null],3,true,null]}'
