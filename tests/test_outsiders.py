"""The tiers against outsiders: values known on paper, SciPy, and scikit-learn's networks."""

import math
from functools import partial

import numpy as np
import pytest
from lockstep import loss_and_gradient
from scipy.special import expit, log_expit, log_softmax, logsumexp, softmax
from sklearn.datasets import make_circles, make_moons
from sklearn.metrics import log_loss
from sklearn.neural_network import MLPClassifier, MLPRegressor

from activations_numpy import sigmoid
from data.points import draw_points
from losses_numpy import LOSSES, sigmoid_cross_entropy, softmax_cross_entropy
from mlp_numpy import MLP
from optimizers_numpy import SGD, Adam
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
    of_labels = LOGITS[rows, LABELS]
    np.testing.assert_allclose(loss, (logsumexp(LOGITS, axis=1) - of_labels).mean(), rtol=1e-13)
    expected = (softmax(LOGITS, axis=1) - np.eye(5)[LABELS]) / len(LABELS)
    np.testing.assert_allclose(gradient, expected, rtol=1e-14, atol=1e-17)


def test_softmax_cross_entropy_is_scikit_learns_log_loss():
    logits = LOGITS[:20]  # log_loss takes probabilities, and of larger logits some round to 0
    loss, _ = softmax_cross_entropy(logits, LABELS[:20])
    expected = log_loss(LABELS[:20], softmax(logits, axis=1), labels=range(5))
    np.testing.assert_allclose(loss, expected, rtol=1e-14)


def test_sigmoid_cross_entropy_is_scipys_log_expit():
    z = np.linspace(-800, 800, 3201)[:, None]
    for t in (np.zeros_like(z), np.ones_like(z)):
        loss, gradient = sigmoid_cross_entropy(z, t)
        expected = -(t * log_expit(z) + (1 - t) * log_expit(-z)).mean()
        np.testing.assert_allclose(loss, expected, rtol=1e-14)
        np.testing.assert_allclose(gradient, (expit(z) - t) / len(z), rtol=1e-14, atol=1e-307)


# our loss, scikit-learn's class for it, classes or outputs
PROBLEMS = {
    "softmax-cross-entropy": (MLPClassifier, 3),
    "sigmoid-cross-entropy": (MLPClassifier, 2),
    "mean-squared-error": (MLPRegressor, 3),
}
# our optimizer and its options, scikit-learn's options. It divides weight decay by the 12 examples.
UPDATES = {
    "sgd": (SGD, {}, {"momentum": 0.0}),
    "momentum": (SGD, {"momentum": 0.9}, {"momentum": 0.9, "nesterovs_momentum": False}),
    "nesterov": (SGD, {"momentum": 0.9, "nesterov": True}, {"momentum": 0.9}),
    "weight decay": (SGD, {"weight_decay": 0.1}, {"momentum": 0.0, "alpha": 0.1 * 12}),
    "adam": (Adam, {}, {"solver": "adam", "epsilon": 1e-300}),
}
LOGISTIC = {"sigmoid": "logistic"}


@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")  # ten steps do not converge
@pytest.mark.parametrize("update", UPDATES)
@pytest.mark.parametrize("loss", PROBLEMS)
@pytest.mark.parametrize("activation", ["identity", "relu", "sigmoid", "tanh"])
def test_ten_steps_are_those_of_scikit_learn(activation, loss, update, monkeypatch):
    # Its Adam adds ε before the bias correction instead of after it; so let there be none.
    monkeypatch.setattr(Adam, "epsilon", 1e-300)
    estimator, outputs = PROBLEMS[loss]
    optimizer, ours, theirs = UPDATES[update]
    X = np.random.default_rng(3).normal(size=(12, 6))
    labels = np.arange(12) % outputs
    one_hot = np.eye(outputs)[labels]
    options = {"solver": "sgd", "alpha": 0.0, "learning_rate_init": 0.01} | theirs
    if loss == "mean-squared-error":
        # Its gradient is half of ours. (Adam does not notice.)
        options["alpha"] /= 2
        options["learning_rate_init"] *= 1 if update == "adam" else 2

    network = estimator(
        hidden_layer_sizes=(5, 4),
        activation=LOGISTIC.get(activation, activation),
        batch_size=12,
        shuffle=False,
        warm_start=True,
        max_iter=1,
        n_iter_no_change=100,
        **options,
    )
    y = one_hot if loss == "mean-squared-error" else labels
    network.fit(X, y)  # to make the arrays, in which our initial weights take the place of its own
    model = MLP((6, 5, 4, network.n_outputs_), activation, "xavier-normal", dtype="float64")
    parameters = model.parameters()
    weights = [parameters[name] for name in parameters if name.endswith("weight")]
    biases = [parameters[name] for name in parameters if name.endswith("bias")]
    network.coefs_ = [W.T.copy() for W in weights]
    network.intercepts_ = [b.copy() for b in biases]
    network.set_params(max_iter=10).fit(X, y)

    targets = {"softmax-cross-entropy": labels, "mean-squared-error": one_hot}
    own = optimizer(parameters, 0.01, **ours)
    losses = []
    for _ in range(10):
        logits = model.forward(X)
        value, grad_logits = LOSSES[loss](logits, targets.get(loss, labels[:, None] * 1.0))
        losses.append(value)
        model.backward(grad_logits)
        own.step(model.gradients())

    tolerance = 1e-13
    for W, coef, b, intercept in zip(
        weights, network.coefs_, biases, network.intercepts_, strict=True
    ):
        np.testing.assert_allclose(W, coef.T, rtol=0, atol=tolerance)
        np.testing.assert_allclose(b, intercept, rtol=0, atol=tolerance)
    if update != "weight decay":  # which it adds to the loss it tells
        scale = 2 * outputs if loss == "mean-squared-error" else 1
        its = np.array(network.loss_curve_[-10:]) * scale
        np.testing.assert_allclose(losses, its, rtol=tolerance)


@pytest.mark.parametrize("count", [60, 61])
@pytest.mark.parametrize(
    ("name", "make"), [("moons", make_moons), ("circles", partial(make_circles, factor=0.5))]
)
def test_moons_and_circles_are_scikit_learns(name, make, count):
    points, labels = draw_points(name, count, 0.2, seed=7)
    expected, expected_labels = make(count, noise=0.2, random_state=7)
    np.testing.assert_allclose(points, expected, rtol=1e-14)
    np.testing.assert_array_equal(labels, expected_labels)
