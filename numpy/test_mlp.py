"""Tier 1 against paper: values worked by hand, and gradients against finite differences.

One step of backpropagation by hand. Layer sizes 3-2-1, ReLU, mean squared error, two examples:

    X = [1 2 0]   t = [0]   W1 = [1 0 -1]   b1 = [ 0]   W2 = [3 -1]   b2 = [1]   η = 1/2
        [0 3 2]       [1]        [2 1  0]        [-1]

Forward, Z = X Wᵀ + b:

    Z1 = [ 1 3]   A1 = max(Z1, 0) = [1 3]   y = A1 W2ᵀ + b2 = [ 1]   L = (1² + 2²) / 2 = 5/2
         [-2 2]                     [0 2]                     [-1]

Backward, ∂L/∂y = 2 (y - t) / n with n = 2; then each layer by the chain rule:

    ∂L/∂y  = [ 1]              ∂L/∂W2 = (∂L/∂y)ᵀ A1 = 1·[1 3] - 2·[0 2] = [1 -1]
             [-2]              ∂L/∂b2 = 1 - 2 = -1
    ∂L/∂A1 = ∂L/∂y W2 = [ 3 -1]
                        [-6  2]
    ∂L/∂Z1 = [3 -1]            ∂L/∂W1 = (∂L/∂Z1)ᵀ X = [ 3·[1 2 0] + 0·[0 3 2]] = [ 3 6 0]
             [0  2]                                   [-1·[1 2 0] + 2·[0 3 2]]   [-1 4 4]
    (ReLU let nothing through  ∂L/∂b1 = [3 + 0, -1 + 2] = [3 1]
     where Z1 was -2)

Update, W ← W - η ∂L/∂W:

    W1 = [-1/2 -3 -1]   b1 = [-3/2]   W2 = [5/2 -1/2]   b2 = [3/2]
         [ 5/2 -1 -2]        [-3/2]
"""

import math

import numpy as np
import pytest

from activations_numpy import ACTIVATIONS
from layers_numpy import Activation, BatchNorm1d, Dropout, Linear
from losses_numpy import LOSSES, mean_squared_error, softmax_cross_entropy
from mlp_numpy import MLP
from optimizers_numpy import SGD, Adam, AdamW, clip_gradient_norm, gradient_norm


def test_one_step_by_hand():
    model = MLP((3, 2, 1), "relu", dtype=np.float64)
    model.load_state_dict(
        {
            "layers.0.weight": np.array([[1, 0, -1], [2, 1, 0]]),
            "layers.0.bias": np.array([0, -1]),
            "layers.2.weight": np.array([[3, -1]]),
            "layers.2.bias": np.array([1]),
        }
    )
    y = model.forward(np.array([[1.0, 2, 0], [0, 3, 2]]))
    loss, grad_y = mean_squared_error(y, np.array([[0.0], [1]]))
    model.backward(grad_y)
    SGD(model.parameters(), learning_rate=0.5).step(model.gradients())

    assert y.tolist() == [[1], [-1]]
    assert loss == 5 / 2
    assert grad_y.tolist() == [[1], [-2]]
    assert {name: gradient.tolist() for name, gradient in model.gradients().items()} == {
        "layers.0.weight": [[3, 6, 0], [-1, 4, 4]],
        "layers.0.bias": [3, 1],
        "layers.2.weight": [[1, -1]],
        "layers.2.bias": [-1],
    }
    assert {name: parameter.tolist() for name, parameter in model.parameters().items()} == {
        "layers.0.weight": [[-0.5, -3, -1], [2.5, -1, -2]],
        "layers.0.bias": [-1.5, -1.5],
        "layers.2.weight": [[2.5, -0.5]],
        "layers.2.bias": [1.5],
    }


def centred_differences(f, array, h=1e-5):
    """∂f/∂array entry by entry, (f(x + h) - f(x - h)) / 2h, by changing the array in place."""
    gradient = np.zeros_like(array)
    for index in np.ndindex(array.shape):
        x = array[index]
        array[index] = x + h
        above = f()
        array[index] = x - h
        below = f()
        array[index] = x
        gradient[index] = (above - below) / (2 * h)
    return gradient


def assert_gradient(gradient, numeric, name):
    """Relative to the tensor's norm, or to 0.01 where that is less: a gradient may be 0."""
    error = np.linalg.norm(gradient - numeric) / max(np.linalg.norm(numeric), 0.01)
    assert error <= 1e-7, f"{name}: relative error {error:.1e}"


PARTS = {
    "plain": {},
    "batch norm": {"batch_norm": True},
    "dropout": {"dropout": 0.3},
    "both": {"batch_norm": True, "dropout": 0.3},
}
TARGETS = {  # of 6 examples
    "softmax-cross-entropy": np.array([0, 2, 1, 2, 0, 1]),
    "sigmoid-cross-entropy": np.array([[0.0], [1], [1], [0], [1], [0]]),
    "mean-squared-error": np.random.default_rng(1).normal(size=(6, 3)),
}


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_gradient_is_the_finite_difference(activation, loss, part):
    rng = np.random.default_rng(4)
    sizes = (7, 5, 4, 1 if loss == "sigmoid-cross-entropy" else 3)
    model = MLP(sizes, activation, dtype=np.float64, **PARTS[part])
    for parameter in model.parameters().values():
        parameter += rng.normal(0, 0.3, parameter.shape)
    X = rng.normal(size=(6, 7))

    def forward():
        model.seed_dropout(np.random.default_rng(5))  # the same masks each time
        return LOSSES[loss](model.forward(X), TARGETS[loss])

    _, grad_logits = forward()
    model.backward(grad_logits)
    gradients = {name: gradient.copy() for name, gradient in model.gradients().items()}
    assert gradients.keys() == model.parameters().keys()
    for name, parameter in model.parameters().items():
        assert_gradient(gradients[name], centred_differences(lambda: forward()[0], parameter), name)
    assert model.layers[0].backward(np.ones((6, 5))) is None  # the inputs aren't trained
    if activation == "relu":
        # No difference may straddle the kink.
        model.seed_dropout(np.random.default_rng(5))
        outputs = [Z for _, Z in model.outputs(X)]
        for Z, layer in zip(outputs, model.layers[1:], strict=False):
            assert not isinstance(layer, Activation) or np.abs(Z).min() > 1e-3


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize(
    "layer", [Linear(4, 3, np.float64), BatchNorm1d(4, np.float64), Dropout(0.5)]
)
def test_backward_belongs_to_the_last_forward(layer, training):
    """A pass in the other mode before it, or a switch of the mode after it, changes nothing."""
    rng = np.random.default_rng(2)
    X = rng.normal(size=(6, 4))
    for parameter in layer.parameters().values():
        parameter += rng.normal(size=parameter.shape)
    layer.training = not training
    layer.forward(rng.normal(3, 2, X.shape))
    layer.training = training

    def forward():
        layer.generator = np.random.default_rng(5)  # dropout's, for the same mask each time
        return layer.forward(X)

    upstream = rng.normal(size=forward().shape)
    layer.training = not training
    gradients = {"input": layer.backward(upstream)} | layer.gradients()
    layer.training = training
    for name, array in ({"input": X} | layer.parameters()).items():
        numeric = centred_differences(lambda: (forward() * upstream).sum(), array)
        assert_gradient(gradients[name], numeric, name)


def test_batch_norm_by_hand():
    """The column [1, 3] has mean 2 and variance 1, unbiased 2; [0, 8] 4 and 16, unbiased 32."""
    layer = BatchNorm1d(2, np.float64)
    layer.weight[:] = 2, 3
    layer.bias[:] = 5, 7
    Y = layer.forward(np.array([[1.0, 0], [3, 8]]))
    first, second = 2 / math.sqrt(1 + 1e-5), 3 * 4 / math.sqrt(16 + 1e-5)
    expected = [[5 - first, 7 - second], [5 + first, 7 + second]]
    np.testing.assert_allclose(Y, expected, rtol=1e-15)
    # A tenth of the way from 0 and from 1.
    np.testing.assert_allclose(layer.running_mean, [0.2, 0.4], rtol=1e-15)
    np.testing.assert_allclose(layer.running_var, [0.9 + 0.2, 0.9 + 3.2], rtol=1e-15)
    assert layer.num_batches_tracked == 1

    layer.training = False
    Y = layer.forward(np.array([[1.0, 1.0]]))
    expected = [[5 + 2 * 0.8 / math.sqrt(1.1 + 1e-5), 7 + 3 * 0.6 / math.sqrt(4.1 + 1e-5)]]
    np.testing.assert_allclose(Y, expected, rtol=1e-15)
    assert layer.num_batches_tracked == 1


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dropout_keeps_the_expectation(dtype):
    layer = Dropout(0.2)
    X = np.full((200, 500), 3, dtype)
    layer.generator = np.random.default_rng(1)
    Y = layer.forward(X)
    assert Y.dtype == dtype
    assert set(np.unique(Y)) == {0, dtype(3) * (1 / dtype(0.8))}
    # 100,000 draws: the share that is dropped scatters by sqrt(0.2 · 0.8 / 1e5) = 0.0013.
    assert (Y == 0).mean() == pytest.approx(0.2, abs=0.0065)
    np.testing.assert_array_equal(layer.backward(X), Y)
    assert not np.array_equal(layer.forward(X), Y)
    layer.generator = np.random.default_rng(1)
    np.testing.assert_array_equal(layer.forward(X), Y)
    layer.training = False
    np.testing.assert_array_equal(layer.forward(X), X, strict=True)


LIMITS = {  # at Z = -1000, 0, 1000: A, and dA/dZ
    "identity": ([-1000, 0, 1000], [1, 1, 1]),
    "relu": ([0, 0, 1000], [0, 0, 1]),
    "sigmoid": ([0, 0.5, 1], [0, 0.25, 0]),
    "tanh": ([-1, 0, 1], [0, 1, 0]),
    "softsign": ([-1000 / 1001, 0, 1000 / 1001], [1 / 1001**2, 1, 1 / 1001**2]),
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_and_their_derivatives(name, dtype):
    function, derivative = ACTIVATIONS[name]
    A = function(np.array([-1000, 0, 1000], dtype))
    assert A.dtype == derivative(A).dtype == dtype
    np.testing.assert_allclose(A, LIMITS[name][0], rtol=1e-7)
    # (1 - |A|)² of softsign cancels: 1 - 1000/1001 keeps 13 digits of 16, or 4 of 7.
    np.testing.assert_allclose(derivative(A), LIMITS[name][1], rtol=1e-3, atol=0)

    Z = np.array([-5.0, -0.7, -0.01, 0.02, 0.4, 3.0])
    numeric = (function(Z + 1e-5) - function(Z - 1e-5)) / 2e-5
    np.testing.assert_allclose(derivative(function(Z)), numeric, rtol=1e-7, atol=1e-10)


def test_softmax_cross_entropy_by_hand():
    """The logits log 1, log 3 have the softmax 1/4, 3/4; the mean over two examples halves."""
    logits = np.array([[0, math.log(3)], [1000, -1000]])
    loss, gradient = softmax_cross_entropy(logits, np.array([0, 1]))
    assert loss == pytest.approx((math.log(4) + 2000) / 2, rel=1e-15)
    np.testing.assert_allclose(gradient, [[-3 / 8, 3 / 8], [1 / 2, -1 / 2]], rtol=1e-15)


# optimizer; the weight and the bias, both 1 at first, after gradients of 2 and of -4, at η = 1/10
ADAM_STEPS = (
    # m = 0.1·2, v = 0.001·4, so m̂ = 2 and v̂ = 4: a step of η, whatever the gradient's size.
    0.1 * 2 / (2 + 1e-8),
    # m = 0.9·0.2 - 0.1·4 = -0.22, m̂ = m / (1 - 0.9²); v = 0.999·0.004 + 0.001·16 = 0.019996, ...
    0.1 * (-0.22 / 0.19) / (math.sqrt(0.019996 / 0.001999) + 1e-8),
)
BY_HAND = [
    (SGD, {}, 1 - 0.2 + 0.4, 1 - 0.2 + 0.4),
    # v = 2, then 0.5·2 - 4 = -3
    (SGD, {"momentum": 0.5}, 1 - 0.2 + 0.3, 1 - 0.2 + 0.3),
    # g + 0.5 v = 3, then -4 - 1.5 = -5.5
    (SGD, {"momentum": 0.5, "nesterov": True}, 1 - 0.3 + 0.55, 1 - 0.3 + 0.55),
    # g = 2 + 1, W = 0.7; then g = -4 + 0.7 = -3.3. The bias does not decay.
    (SGD, {"weight_decay": 1.0}, 0.7 + 0.33, 1.2),
    (Adam, {}, 1 - sum(ADAM_STEPS), 1 - sum(ADAM_STEPS)),
    # W shrinks to 0.9 of itself before each step.
    (
        AdamW,
        {"weight_decay": 1.0},
        0.9 * (0.9 - ADAM_STEPS[0]) - ADAM_STEPS[1],
        1 - sum(ADAM_STEPS),
    ),
    (AdamW, {}, 1 - sum(ADAM_STEPS), 1 - sum(ADAM_STEPS)),
]


@pytest.mark.parametrize(("optimizer", "options", "weight", "bias"), BY_HAND)
def test_two_steps_of_the_optimizers_by_hand(optimizer, options, weight, bias):
    parameters = {"weight": np.array([[1.0]]), "bias": np.array([1.0])}
    own = optimizer(parameters, 0.1, **options)
    for g in (2.0, -4.0):
        own.step({"weight": np.array([[g]]), "bias": np.array([g])})
    np.testing.assert_allclose(parameters["weight"], [[weight]], rtol=1e-14)
    np.testing.assert_allclose(parameters["bias"], [bias], rtol=1e-14)
    assert own.state_dict()["step"] == 2


def test_adam_decays_through_the_gradient():
    """λ = 1: the first gradient is 2 + 1, and Adam's first step is η · sign all the same."""
    parameters = {"weight": np.array([[1.0]])}
    optimizer = Adam(parameters, 0.1, weight_decay=1.0)
    optimizer.step({"weight": np.array([[2.0]])})
    np.testing.assert_allclose(optimizer.buffers["exp_avg"]["weight"], [[0.3]], rtol=1e-14)
    np.testing.assert_allclose(parameters["weight"], [[0.9]], rtol=1e-8)


@pytest.mark.parametrize(("max_norm", "scale"), [(1.0, 1 / (5 + 1e-6)), (5.1, 1), (10.0, 1)])
def test_clip_gradient_norm(max_norm, scale):
    """3 and 4 have the norm 5 together, though they are two tensors."""
    gradients = {"weight": np.array([[3.0, 0.0]]), "bias": np.array([-4.0])}
    assert gradient_norm(gradients) == 5
    clip_gradient_norm(gradients, max_norm, 5.0)
    np.testing.assert_allclose(gradients["weight"], [[3 * scale, 0]], rtol=1e-15)
    np.testing.assert_allclose(gradients["bias"], [-4 * scale], rtol=1e-15)


def test_clip_gradient_norm_of_nothing():
    gradients = {"bias": np.zeros(3)}
    clip_gradient_norm(gradients, 1.0, gradient_norm(gradients))
    assert not gradients["bias"].any()


@pytest.mark.parametrize("missing", [True, False])
@pytest.mark.parametrize("batch_norm", [True, False])
def test_load_state_dict_refuses_other_names(missing, batch_norm):
    model = MLP((4, 3, 2), batch_norm=batch_norm)
    state = dict(model.state_dict())
    name = "layers.1.running_var" if batch_norm else "layers.0.bias"
    if missing:
        state.pop(name)
    else:
        name += "_more"
        state[name] = np.zeros(3)
    with pytest.raises(ValueError, match=rf"one state only: \['{name}'\]"):
        model.load_state_dict(state)


def test_load_state_dict_refuses_other_shapes_and_copies():
    model = MLP((4, 3, 2))
    state = {name: array + 1 for name, array in model.state_dict().items()}
    # NumPy alone would spread one row over all.
    with pytest.raises(ValueError, match=r"layers.0.weight has shape \(1, 4\) instead of \(3, 4\)"):
        model.load_state_dict(state | {"layers.0.weight": np.zeros((1, 4))})
    model.load_state_dict(state)
    state["layers.0.bias"] += 1
    assert model.layers[0].b.tolist() == [1, 1, 1]


def test_dropout_is_drawn_from_one_generator():
    model = MLP((4, 30, 20, 2), dropout=0.5)
    X = np.ones((3, 4), np.float32)
    model.seed_dropout(np.random.default_rng(1))
    first, second = model.forward(X), model.forward(X)
    model.seed_dropout(np.random.default_rng(1))
    np.testing.assert_array_equal(model.forward(X), first)
    assert not np.array_equal(first, second)
    names, outputs = zip(*model.outputs(X), strict=True)
    assert names == tuple(f"layers.{i}" for i in range(7))
    np.testing.assert_array_equal((outputs[2] == 0) >= (outputs[1] == 0), True)
    model.eval()
    np.testing.assert_array_equal(model.forward(X), model.forward(X))
    model.train()
    assert not np.array_equal(model.forward(X), model.forward(X))
