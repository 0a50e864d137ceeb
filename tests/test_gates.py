"""Each gate against NumPy's formula and against differences; graphs of gates against autograd."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, mutually_broadcastable_shapes
from scipy.special import log_softmax
from torch.autograd import gradcheck, gradgradcheck

from gates_lowlevel import (
    add,
    exp,
    linear,
    multiply,
    reciprocal,
    relu,
    sigmoid,
    softmax_cross_entropy,
    tanh,
)

# gate, its value in NumPy, its derivative in NumPy
ELEMENTWISE = {
    "exp": (exp, np.exp, np.exp),
    "reciprocal": (reciprocal, lambda z: 1 / z, lambda z: -1 / z**2),
    "sigmoid": (
        sigmoid,
        lambda z: 1 / (1 + np.exp(-z)),
        lambda z: np.exp(-z) / (1 + np.exp(-z)) ** 2,
    ),
    "tanh": (tanh, np.tanh, lambda z: 1 / np.cosh(z) ** 2),
    "relu": (relu, lambda z: np.maximum(0, z), lambda z: np.where(z > 0, 1.0, 0.0)),
}
elementwise = pytest.mark.parametrize(
    ("gate", "value", "derivative"), ELEMENTWISE.values(), ids=ELEMENTWISE
)
# gate, its value in NumPy, its local gradients ∂c/∂a and ∂c/∂b in NumPy
BINARY = {
    "add": (add, np.add, lambda a, b: (np.ones_like(a), np.ones_like(b))),
    "multiply": (multiply, np.multiply, lambda a, b: (b, a)),
}
binary = pytest.mark.parametrize(("gate", "value", "local"), BINARY.values(), ids=BINARY)

seeds = st.integers(0, 2**32 - 1)
shapes = array_shapes(min_dims=0, max_dims=3, max_side=4)
broadcastable_shapes = mutually_broadcastable_shapes(num_shapes=2, max_dims=3, max_side=4)
unhurried = settings(deadline=None, max_examples=30)


def away_from_zero(rng, shape):
    """Numbers of both signs in 0.2 ≤ |z| ≤ 3: differences may not straddle ReLU's kink or 1/0."""
    return rng.choice([-1.0, 1.0], shape) * rng.uniform(0.2, 3.0, shape)


def leaf(array):
    return torch.tensor(array, dtype=torch.float64, requires_grad=True)


def assert_close(actual, expected):
    np.testing.assert_allclose(
        actual.detach().numpy(), np.asarray(expected), rtol=1e-12, atol=1e-12, strict=True
    )


# --- one gate: value and gradient against NumPy's formula ------------------------------------


@elementwise
@unhurried
@given(shape=shapes, seed=seeds)
def test_an_elementwise_gate_follows_the_numpy_formula(gate, value, derivative, shape, seed):
    rng = np.random.default_rng(seed)
    z, upstream = away_from_zero(rng, shape), rng.standard_normal(shape)
    Z = leaf(z)
    A = gate(Z)
    (grad_Z,) = torch.autograd.grad(A, Z, torch.tensor(upstream))
    assert_close(A, value(z))
    assert_close(grad_Z, derivative(z) * upstream)


def collected(per_use, shape):
    """Add up, for each element of an array of `shape`, the gradients of its uses in a broadcast."""
    element_used = np.broadcast_to(
        np.arange(np.prod(shape, dtype=int)).reshape(shape), per_use.shape
    )
    return np.bincount(element_used.ravel(), per_use.ravel()).reshape(shape)


@binary
@unhurried
@given(pair=broadcastable_shapes, seed=seeds)
def test_a_broadcast_value_collects_the_sum_of_its_gradients(gate, value, local, pair, seed):
    rng = np.random.default_rng(seed)
    a, b = (rng.standard_normal(shape) for shape in pair.input_shapes)
    upstream = rng.standard_normal(pair.result_shape)
    a_leaf, b_leaf = leaf(a), leaf(b)
    c = gate(a_leaf, b_leaf)
    # The gate's backward alone: autograd would quietly sum a gradient whose shape is too large.
    grad_a, grad_b = c.grad_fn.apply(torch.tensor(upstream))
    local_a, local_b = local(a, b)
    assert_close(c, value(a, b))
    assert_close(grad_a, collected(local_a * upstream, a.shape))
    assert_close(grad_b, collected(local_b * upstream, b.shape))


@unhurried
@given(sizes=st.tuples(*[st.integers(1, 5)] * 3), seed=seeds)
def test_linear_follows_the_numpy_formula(sizes, seed):
    n, d_in, d_out = sizes
    rng = np.random.default_rng(seed)
    x, w, b = (rng.standard_normal(shape) for shape in [(n, d_in), (d_out, d_in), d_out])
    upstream = rng.standard_normal((n, d_out))
    leaves = leaf(x), leaf(w), leaf(b)
    Z = linear(*leaves)
    grad_X, grad_W, grad_b = torch.autograd.grad(Z, leaves, torch.tensor(upstream))
    assert_close(Z, np.einsum("ni,oi->no", x, w) + b)
    assert_close(grad_X, np.einsum("no,oi->ni", upstream, w))
    assert_close(grad_W, np.einsum("no,ni->oi", upstream, x))
    assert_close(grad_b, np.einsum("no->o", upstream))


def test_linear_does_not_compute_the_gradient_of_data():
    X, W, b = torch.ones(5, 3, dtype=torch.float64), leaf(np.ones((2, 3))), leaf(np.ones(2))
    Z = linear(X, W, b)  # held: its saved tensors may go with it
    grad_X, grad_W, grad_b = Z.grad_fn.apply(torch.ones(5, 2, dtype=torch.float64))
    assert grad_X is None
    assert_close(grad_W, np.full((2, 3), 5.0))
    assert_close(grad_b, np.full(2, 5.0))


@unhurried
@given(n=st.integers(1, 6), k=st.integers(1, 5), seed=seeds)
def test_softmax_cross_entropy_follows_the_numpy_formula(n, k, seed):
    rng = np.random.default_rng(seed)
    z, labels = 3 * rng.standard_normal((n, k)), rng.integers(k, size=n)
    logits = leaf(z)
    loss = softmax_cross_entropy(logits, torch.tensor(labels))
    (grad_logits,) = torch.autograd.grad(3 * loss, logits)
    probabilities = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    assert_close(loss, -np.log(probabilities[np.arange(n), labels]).mean())
    assert_close(grad_logits, 3 * (probabilities - np.eye(k)[labels]) / n)


@pytest.mark.parametrize("labels", [[0, 1], [[0], [1], [2]]], ids=["too few", "a column"])
def test_softmax_cross_entropy_refuses_labels_of_another_shape(labels):
    # A TypeError where jaxtyping checks the shapes first.
    with pytest.raises((ValueError, TypeError), match="labels"):
        softmax_cross_entropy(torch.zeros(3, 4), torch.tensor(labels))


# --- one gate: first and second derivatives against differences ------------------------------


def example_inputs(*input_shapes):
    rng = np.random.default_rng(0)
    return [leaf(away_from_zero(rng, shape)) for shape in input_shapes]


def cross_entropy_of_fixed_labels(logits):
    return softmax_cross_entropy(logits, torch.tensor([2, 0, 1, 2, 2]))


@pytest.mark.parametrize("check", [gradcheck, gradgradcheck])
@pytest.mark.parametrize(
    ("gate", "inputs"),
    [pytest.param(row[0], [(4, 3)], id=name) for name, row in ELEMENTWISE.items()]
    + [
        pytest.param(row[0], pair, id=f"{name}{pair}")
        for name, row in BINARY.items()
        for pair in [((4, 3), (4, 3)), ((4, 3), (3,)), ((4, 1), (1, 3)), ((), (2, 4, 3))]
    ]
    + [
        pytest.param(linear, [(5, 4), (3, 4), (3,)], id="linear"),
        pytest.param(cross_entropy_of_fixed_labels, [(5, 3)], id="softmax_cross_entropy"),
    ],
)
def test_derivatives_agree_with_differences(gate, inputs, check):
    assert check(gate, example_inputs(*inputs))


# --- one gate: at the edges --------------------------------------------------------------------


def test_sigmoid_is_stable_far_from_zero():
    Z = leaf([-1000.0, -40.0, 0.0, 1000.0])
    A = sigmoid(Z)
    (grad_Z,) = torch.autograd.grad(A.sum(), Z)
    # To a relative 1e-12: far left the sigmoid is exp(Z), and so is its derivative.
    np.testing.assert_allclose(A.detach(), [0, np.exp(-40), 0.5, 1], rtol=1e-12)
    np.testing.assert_allclose(grad_Z, [0, np.exp(-40), 0.25, 0], rtol=1e-12)


def test_relu_has_gradient_zero_at_zero():
    Z = leaf([-1.0, 0.0, 1.0])
    (grad_Z,) = torch.autograd.grad(relu(Z).sum(), Z)
    assert grad_Z.tolist() == [0.0, 0.0, 1.0]


def test_softmax_cross_entropy_is_stable_far_from_zero():
    z = np.array([[1000.0, -1000.0, 0.0], [-1000.0, -1000.0, -1000.0], [1000.0, 1000.0, -1000.0]])
    labels = np.array([1, 0, 1])
    logits = leaf(z)
    loss = softmax_cross_entropy(logits, torch.tensor(labels))
    (grad_logits,) = torch.autograd.grad(loss, logits)
    assert_close(loss, -log_softmax(z, axis=1)[np.arange(3), labels].mean())
    assert_close(grad_logits, np.array([[1, -1, 0], [-2 / 3, 1 / 3, 1 / 3], [0.5, -0.5, 0]]) / 3)


@pytest.mark.parametrize("gate", [row[0] for row in ELEMENTWISE.values()], ids=ELEMENTWISE)
def test_an_elementwise_gate_keeps_float32(gate):
    Z = torch.ones(2, requires_grad=True)
    A = gate(Z)
    (grad_Z,) = torch.autograd.grad(A.sum(), Z)
    assert A.dtype == grad_Z.dtype == torch.float32


@pytest.mark.parametrize("gate", [row[0] for row in ELEMENTWISE.values()], ids=ELEMENTWISE)
def test_backward_refuses_a_saved_value_that_was_changed_in_place(gate):
    A = gate(leaf([1.0, 2.0]))
    loss = A.sum()
    A.detach().zero_()
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        loss.backward()


# --- graphs of gates -----------------------------------------------------------------------------


def composed_sigmoid(Z):
    one, minus_one = torch.ones((), dtype=Z.dtype), -torch.ones((), dtype=Z.dtype)
    return reciprocal(add(one, exp(multiply(minus_one, Z))))


def test_sigmoid_composed_of_small_gates_loses_its_gradient_far_from_zero():
    # Why a gate of its own: exp(1000) is infinite, and the chain rule through it is 0 · ∞.
    Z = leaf([-1000.0])
    composed_sigmoid(Z).backward()
    assert Z.grad.isnan().all()
