"""The tiers against outsiders: values known on paper, SciPy, and scikit-learn's points."""

import math
from functools import partial

import numpy as np
import pytest
from lockstep import loss_and_gradient
from scipy.special import expit, log_expit, log_softmax, softmax
from sklearn.datasets import make_circles, make_moons

from activations_numpy import sigmoid
from data.points import draw_points
from losses_numpy import sigmoid_cross_entropy, softmax_cross_entropy
from tiers import TIERS


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize(
    ("loss", "logits", "expected", "value", "gradient"),
    [
        ("softmax-cross-entropy", [[1000, -1000, 0]], [0], 0, [[0, 0, 0]]),
        ("softmax-cross-entropy", [[1000, -1000, 0]], [1], 2000, [[1, -1, 0]]),
        ("softmax-cross-entropy", [[1000, 1000]] * 2, [0, 1], math.log(2), [[-1, 1], [1, -1]]),
        ("sigmoid-cross-entropy", [[1000]], [[1]], 0, [[0]]),
        ("sigmoid-cross-entropy", [[1000]], [[0]], 1000, [[1]]),
        ("sigmoid-cross-entropy", [[-1000], [-1000]], [[1], [0]], 500, [[-0.5], [0]]),
        ("mean-squared-error", [[1000, -1000]] * 2, [[0, 1]] * 2, 2002001, [[1000, -1001]] * 2),
    ],
)
def test_losses_are_exact_at_1000(tier, loss, logits, expected, value, gradient):
    indices = loss == "softmax-cross-entropy"
    compared = np.array(expected, np.int64 if indices else np.float64)
    found, grad_logits = loss_and_gradient(tier, loss, np.array(logits, float), compared)
    assert found == pytest.approx(value, rel=1e-12)  # 1000.69... - 1000 is a little less exact
    # [1000, 1000] has softmax 1/2, and the mean over two rows halves that again.
    scale = 4 if value == math.log(2) else 1
    np.testing.assert_allclose(grad_logits * scale, gradient, rtol=1e-12)


# Logits of every size, in rows that differ, and their labels.
LOGITS = np.random.default_rng(0).normal(size=(40, 5)) * np.logspace(-3, 2.5, 40)[:, None]
LABELS = np.random.default_rng(1).integers(5, size=40)


def test_sigmoid_is_scipys_expit():
    Z = np.concatenate([np.linspace(-800, 800, 3201), [-1e-300, 0, 1e-300]])
    np.testing.assert_allclose(sigmoid(Z), expit(Z), rtol=4e-16, atol=1e-307)  # expit stops there


def test_softmax_cross_entropy_is_scipys_log_softmax():
    loss, gradient = softmax_cross_entropy(LOGITS, LABELS)
    rows = np.arange(len(LABELS))
    np.testing.assert_allclose(loss, -log_softmax(LOGITS, axis=1)[rows, LABELS].mean(), rtol=1e-14)
    expected = (softmax(LOGITS, axis=1) - np.eye(5)[LABELS]) / len(LABELS)
    np.testing.assert_allclose(gradient, expected, rtol=1e-14, atol=1e-17)


def test_sigmoid_cross_entropy_is_scipys_log_expit():
    z = np.linspace(-800, 800, 3201)[:, None]
    for t in (np.zeros_like(z), np.ones_like(z)):
        loss, gradient = sigmoid_cross_entropy(z, t)
        expected = -(t * log_expit(z) + (1 - t) * log_expit(-z)).mean()
        np.testing.assert_allclose(loss, expected, rtol=1e-14)
        np.testing.assert_allclose(gradient, (expit(z) - t) / len(z), rtol=1e-14, atol=1e-307)


@pytest.mark.parametrize("count", [60, 61])
@pytest.mark.parametrize(
    ("name", "make"), [("moons", make_moons), ("circles", partial(make_circles, factor=0.5))]
)
def test_moons_and_circles_are_scikit_learns(name, make, count):
    points, labels = draw_points(name, count, 0.2, seed=7)
    expected, expected_labels = make(count, noise=0.2, random_state=7)
    np.testing.assert_allclose(points, expected, rtol=1e-14)
    np.testing.assert_array_equal(labels, expected_labels)
