"""Started from the same weights and fed the same minibatches, the tiers are one computation.

In float64 everything that the tiers compute in 20 steps agrees to 1e-10 of max(1, the tensor's
largest entry). Measured, the largest difference is 5e-15 in the table (3 seeds) and 6e-13 in 1,500
drawn networks.
"""

import math
from itertools import product
from typing import get_args

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from lockstep import Case, Observer, arrays, build, differences, loss_and_gradient, train_all
from torch import nn

from common.configuration import (
    Activation,
    Configuration,
    Initializer,
    Loss,
    OptimizerName,
    ScheduleName,
)
from common.initializers import initial_weights
from common.schedules import scheduled_learning_rate
from data.errors import UserError
from mlp_paper import initialize
from optimizers_paper import make_scheduler
from tiers import TIERS

TOLERANCE = 1e-10
ACTIVATIONS, LOSSES, SCHEDULES, INITIALIZERS = map(
    get_args, (Activation, Loss, ScheduleName, Initializer)
)

# Adam divides a gradient by its own size + 1e-8, and so makes of the rounding error of a gradient
# near 0 a step 1e8 times as large, times the learning rate: hence a small one.
ADAM_RATE = 1e-5

OPTIMIZERS = {
    "sgd": {"momentum": 0.0},
    "momentum": {"momentum": 0.9},
    "nesterov": {"momentum": 0.8, "nesterov": True},
    "adam": {"optimizer": "adam", "learning_rate": ADAM_RATE},
    "adamw": {"optimizer": "adamw", "learning_rate": ADAM_RATE},
}
NORMED_ADAM = {"batch_norm": True, "learning_rate": ADAM_RATE}
NORMS = (
    {"batch_norm": True},
    {"dropout": 0.4},
    {"batch_norm": True, "dropout": 0.2},
)

# Each row is one case: the options that differ from the defaults of lockstep.Case.
TABLE = [
    *({"activation": a, "loss": loss} for a, loss in product(ACTIVATIONS, LOSSES)),
    *({"activation": a} | norm for a, norm in product(ACTIVATIONS, NORMS)),
    *({"loss": loss} | norm for loss, norm in product(LOSSES[1:], NORMS)),
    *(
        optimizer | {"weight_decay": decay}
        for optimizer, decay in product(OPTIMIZERS.values(), (0.0, 0.1))
    ),
    *(
        {"optimizer": "adam", "weight_decay": 0.1} | NORMED_ADAM | loss
        for loss in ({"loss": "softmax-cross-entropy"}, {"loss": "mean-squared-error"})
    ),
    *(
        {"optimizer": "adamw", "weight_decay": 0.1, "dropout": 0.3, "schedule": schedule}
        | NORMED_ADAM
        for schedule in SCHEDULES
    ),
    *(
        {"schedule": schedule} | optimizer
        for schedule, optimizer in product(SCHEDULES, (OPTIMIZERS["nesterov"], OPTIMIZERS["adam"]))
    ),
    {"clip_norm": 0.01},
    {"clip_norm": 1000.0},
    {"clip_norm": 0.1, "batch_norm": True, "weight_decay": 0.1},
    {"clip_norm": 0.1, "dropout": 0.5, "optimizer": "adamw", "learning_rate": ADAM_RATE},
    {"clip_norm": 1.0, "loss": "mean-squared-error", "nesterov": True},
    {"classes": 0, "loss": "mean-squared-error"},
    {"classes": 0, "loss": "mean-squared-error", "hidden": (9,), "batch_norm": True},
    {"hidden": (), "weight_decay": 0.1},
    {"hidden": (), "loss": "sigmoid-cross-entropy", "clip_norm": 0.1},
    {"hidden": (1,), "inputs": 2, "batch_size": 1},
    {"hidden": (9, 8, 6, 4), "activation": "tanh", "batch_norm": True, "dropout": 0.1},
]


def test_every_optimizer_has_a_row():
    named = {options.get("optimizer", "sgd") for options in OPTIMIZERS.values()}
    assert named == set(get_args(OptimizerName))


def name_case(options):
    return "-".join(f"{name}={value}" for name, value in options.items())


@pytest.fixture(scope="session", params=["cpu", pytest.param("cuda", marks=pytest.mark.cuda)])
def device(request):
    if request.param == "cuda" and not torch.cuda.is_available():
        pytest.skip("no CUDA device")
    return request.param


def assert_same_training(case, device, state=None):
    for when, seen in train_all(case, device, state):
        for tier in ("lowlevel", "paper"):
            found = differences(seen[tier], seen["numpy"])
            name = max(found, key=found.get)
            assert found[name] <= TOLERANCE, (
                f"{when}: {name} of {tier} differs from tier 1's by {found[name]:.1e}"
            )


@pytest.mark.parametrize("options", TABLE, ids=name_case)
def test_twenty_steps_agree_in_everything(options, device):
    case = Case(**options)
    assert_same_training(case, device, case.random_state())


@st.composite
def cases(draw):
    """Any combination of options, with sizes that are all different."""
    loss = draw(st.sampled_from(LOSSES))
    # One output for the sigmoid cross-entropy, and so no other layer of one.
    sizes = draw(st.lists(st.integers(2, 12), min_size=2, max_size=6, unique=True))
    inputs, *hidden, classes = sizes
    batch_norm = bool(hidden) and draw(st.booleans())
    optimizer = draw(st.sampled_from(list(OPTIMIZERS)))
    options = dict(OPTIMIZERS[optimizer])
    if loss == "mean-squared-error" and not optimizer.startswith("adam"):
        options["learning_rate"] = 1e-4  # enough for the deepest of them
    # From zeros, gradients before a normalization are 0 but for rounding (8e-19 at first),
    # and Adam makes full steps of them.
    adam_normed = batch_norm and optimizer.startswith("adam")
    initializers = [name for name in INITIALIZERS if not (adam_normed and name == "zeros")]
    return Case(
        **options,
        inputs=inputs,
        hidden=tuple(hidden),
        classes=classes,
        # Normalizing few rows, some of them nearly equal, magnifies rounding errors as well.
        batch_size=draw(st.integers(8 if batch_norm else 1, 16)),
        batch_norm=batch_norm,
        dropout=draw(st.sampled_from([0.0, 0.1, 0.5])) if hidden else 0.0,
        loss=loss,
        activation=draw(st.sampled_from(ACTIVATIONS)),
        initializer=draw(st.sampled_from(initializers)),
        weight_decay=draw(st.sampled_from([0.0, 0.1])),
        clip_norm=draw(st.sampled_from([None, 0.01, 1.0])),
        schedule=draw(st.sampled_from(SCHEDULES)),
        warmup=draw(st.sampled_from([0.0, 0.3, 0.6])),
        decay_factor=draw(st.sampled_from([0.5, 1.0])),
        seed=draw(st.integers(0, 2**32 - 1)),
    )


@settings(deadline=None, max_examples=60)
@given(case=cases(), fresh=st.booleans())
def test_drawn_networks_agree_in_everything(case, fresh, device):
    """Beyond the table; `fresh` starts from the initial weights that each tier makes itself."""
    assert_same_training(case, device, None if fresh else case.random_state())


# Units of the last place, here: the distance between neighbouring float32 numbers at the largest
# entry of the tensor (of a gradient: of the gradients of the same layer, since a shift that the
# next batch normalization subtracts has gradient 0). The largest of 30 seeds was 23, and 50 with
# batch normalization.
FLOAT32_ULPS = 100


@pytest.mark.parametrize("options", TABLE, ids=name_case)
def test_one_step_of_float32_agrees_to_a_few_ulps(options):
    case = Case(**options, dtype="float32")
    _, (_, seen), *_ = train_all(case, state=case.random_state())
    expected = seen["numpy"]
    layer = {name: name.rpartition(".")[0] or name for name in expected}
    for tier, (name, array) in product(("lowlevel", "paper"), expected.items()):
        if name.startswith(("logits", "loss", "gradient")):
            assert seen[tier][name].dtype == np.float32 or name == "loss"
            largest = max(np.abs(expected[n]).max() for n in expected if layer[n] == layer[name])
            ulps = np.abs(seen[tier][name] - array).max() / np.spacing(np.float32(largest))
            assert ulps <= FLOAT32_ULPS, f"{name} of {tier} differs by {ulps:.0f} ulps"


every_tier = pytest.mark.parametrize("tier", TIERS)


@every_tier
def test_one_logistic_neuron_is_two_softmax_neurons(tier, device):
    """softmax of the logits (0, z) is (1 - σ(z), σ(z))."""
    z = np.array([[-1000.0], [-3.0], [0.0], [0.5], [1000.0]])
    for label in (0, 1):
        target = np.full((5, 1), float(label))
        loss, grad_z = loss_and_gradient(tier, "sigmoid-cross-entropy", z, target)
        logits, labels = np.hstack([np.zeros_like(z), z]), np.full(5, label)
        same_loss, grad_logits = loss_and_gradient(tier, "softmax-cross-entropy", logits, labels)
        np.testing.assert_allclose(loss, same_loss, rtol=1e-13)
        np.testing.assert_allclose(np.hstack([-grad_z, grad_z]), grad_logits, rtol=1e-12)

    one = Case(loss="sigmoid-cross-entropy", device=device)
    two = Case(loss="softmax-cross-entropy", classes=2, device=device)
    state = one.random_state()
    last = {"layers.4.weight": state["layers.4.weight"], "layers.4.bias": state["layers.4.bias"]}
    # The logit of the first of the two softmax neurons is always 0.
    doubled = state | {name: np.concatenate([0 * row, row]) for name, row in last.items()}
    for_one, for_two = Observer(tier, one, state), Observer(tier, two, doubled)
    (_, first), (_, second) = for_one.seen[1], for_two.seen[1]
    np.testing.assert_allclose(first["loss"], second["loss"], rtol=1e-13)
    for name in state:
        rows = slice(1, None) if name in last else slice(None)
        gradient = second[f"gradient {name}"][rows]
        np.testing.assert_allclose(first[f"gradient {name}"], gradient, rtol=1e-11, atol=1e-15)


def standard_deviation(initializer, d_out, d_in):
    """The formulas of the lesson."""
    return {
        "lecun-normal": math.sqrt(1 / d_in),
        "xavier-normal": math.sqrt(2 / (d_in + d_out)),
        "he-normal": math.sqrt(2 / d_in),
        "standard-uniform": math.sqrt(1 / d_in) / math.sqrt(3),
        "xavier-uniform": math.sqrt(6 / (d_in + d_out)) / math.sqrt(3),
        "zeros": 0.0,
    }[initializer]


def by_common(initializer, d_out, d_in):
    return initial_weights({"weight": (d_out, d_in)}, initializer, seed=1)["weight"]


def by_nn_init(initializer, d_out, d_in):
    torch.manual_seed(1)
    linear = nn.Linear(d_in, d_out)
    initialize(linear, initializer)
    assert not linear.bias.any()
    return linear.weight.detach().numpy()


@pytest.mark.parametrize("draw", [by_common, by_nn_init])
@pytest.mark.parametrize("initializer", INITIALIZERS)
def test_initial_weights_have_the_lessons_standard_deviations(initializer, draw):
    d_out, d_in = 300, 500
    weight = draw(initializer, d_out, d_in)
    assert weight.shape == (d_out, d_in)
    expected = standard_deviation(initializer, d_out, d_in)
    # The standard deviation of n normal numbers scatters by 1 / sqrt(2n) of itself, their mean by
    # 1 / sqrt(n) of it; uniform numbers scatter less. Five times that: less than one in a million.
    n = weight.size
    assert abs(weight.std() - expected) <= 5 * expected / math.sqrt(2 * n)
    assert abs(weight.mean()) <= 5 * expected / math.sqrt(n)
    # A uniform number lies within sqrt(3) standard deviations; of normal ones 8 % lie beyond.
    beyond = (np.abs(weight) > math.sqrt(3) * expected * (1 + 1e-6)).mean()
    assert beyond == pytest.approx(0.0833 if "normal" in initializer else 0, abs=0.005)


@every_tier
@pytest.mark.parametrize("initializer", INITIALIZERS)
def test_every_tier_starts_from_the_shared_weights(tier, initializer):
    def parameters(seed):
        case = Case(initializer=initializer, seed=seed, batch_norm=True, hidden=(4, 4, 4))
        state = arrays(build(tier, case).state_dict())
        return {
            name: array
            for name, array in state.items()
            if name.startswith("layers.") and name.endswith((".weight", ".bias"))
        }

    start = parameters(3)
    matrices = {name: array.shape for name, array in start.items() if array.ndim == 2}
    assert len(matrices) == 4
    shared = initial_weights({"layers.0.bias": (4,)} | matrices, initializer, 3)
    for name, array in start.items():
        # Linear's biases and batch normalization's shifts are 0, its scales 1.
        fixed = np.full(array.shape, float(name.endswith("weight")))
        np.testing.assert_array_equal(array, shared.get(name, fixed), err_msg=name)
    if initializer != "zeros":
        assert not np.array_equal(start["layers.0.weight"], parameters(4)["layers.0.weight"])
        # Two layers of one shape start differently.
        assert not np.array_equal(start["layers.3.weight"], start["layers.6.weight"])


@settings(deadline=None, max_examples=200)
@given(
    schedule=st.sampled_from(SCHEDULES),
    batch_size=st.sampled_from([1000, 999, 500, 300, 100, 30]),
    epochs=st.integers(1, 6),
    warmup=st.sampled_from([0.0, 0.01, 0.3, 0.5, 0.99]) | st.floats(0, 0.99),
    decay_factor=st.sampled_from([0.001, 0.1, 0.5, 1.0]),
    decay_epochs=st.integers(1, 3),
    peak=st.sampled_from([1e-3, 0.1, 3.0]),
)
def test_schedules_equal_those_of_torch_at_every_step(
    schedule, batch_size, epochs, warmup, decay_factor, decay_epochs, peak
):
    """Measured: to 4e-15 of the peak over 300 steps; torch multiplies step by step."""
    options = {"warmup": warmup, "decay_factor": decay_factor, "decay_epochs": decay_epochs}
    try:
        configuration = Configuration(
            schedule=schedule,
            batch_size=batch_size,
            epochs=epochs,
            learning_rate=peak,
            **options,
        )
        configuration.check_data("xor", 1000, 2)
    except UserError:
        assert warmup * math.ceil(1000 / batch_size) * epochs == 1  # one-cycle refuses it
        return
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], peak)
    steps_per_epoch = configuration.steps_per_epoch(1000)
    scheduler = make_scheduler(configuration, optimizer, steps_per_epoch)
    for step in range(steps_per_epoch * epochs):
        rate = scheduled_learning_rate(configuration, step, steps_per_epoch)
        assert 0 < rate <= peak * (1 + 1e-15)
        assert abs(rate - optimizer.param_groups[0]["lr"]) <= 1e-13 * peak, f"step {step}"
        optimizer.step()
        scheduler.step()


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ("constant", [1] * 8),
        ("step", [1, 1, 1, 1, 0.1, 0.1, 0.1, 0.1]),
        ("exponential", [0.1 ** (step / 2) for step in range(8)]),
        ("warmup-linear", [1 / 3, 2 / 3, 1, 5 / 6, 4 / 6, 3 / 6, 2 / 6, 1 / 6]),
        ("warmup-cosine", [1 / 3, 2 / 3, 1, (2 + 3**0.5) / 4, 0.75, 0.5, 0.25, (2 - 3**0.5) / 4]),
    ],
)
def test_schedules_by_hand(schedule, expected):
    """Four epochs of two steps, of which a quarter rise."""
    shape = {"warmup": 0.25, "decay_factor": 0.1, "decay_epochs": 2}
    configuration = Configuration(epochs=4, learning_rate=1, schedule=schedule, **shape)
    rates = [scheduled_learning_rate(configuration, step, 2) for step in range(8)]
    np.testing.assert_allclose(rates, expected, rtol=1e-14)
