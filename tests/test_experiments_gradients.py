"""The experiments on gradients, schedules, the lesson's network and approximation: their numbers.

Each runs in a quick form; what the lesson claims of it is checked, and so is what contradicts it.
"""

import numpy as np
import pytest
import torch
from experiment_checks import check_experiment

from common.configuration import Configuration
from common.schedules import scheduled_learning_rate
from common.training import DivergenceError
from data.errors import UserError
from experiments import (
    remedies_for_depth,
    schedules_and_clipping,
    two_layer_sigmoid,
    universal_approximation,
    vanishing_gradients,
)
from experiments.universal_approximation import FUNCTIONS, KINDS
from layers_numpy import Activation, Linear
from losses_numpy import softmax_cross_entropy
from mlp_lowlevel import MLP as LowlevelMLP  # noqa: N811

# --- vanishing_gradients --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def vanishing():
    return vanishing_gradients.run(vanishing_gradients.Options(depths=(10, 20, 50), seeds=2))


def test_gradients_vanish_and_explode_as_the_lesson_says(vanishing):
    check_experiment(vanishing_gradients, vanishing)
    networks = vanishing["networks"]
    assert 3e-7 < networks["sigmoid, Xavier"]["ratios"][0] < 3e-6
    assert 0.3 < networks["ReLU, He"]["ratios"][2] < 3
    assert networks["ReLU, N(0, 1)"]["ratios"][1] > 1e15


def test_derivatives_of_sigmoids_stay_below_the_lessons_bound(vanishing):
    sigmoid = vanishing["networks"]["sigmoid, Xavier"]
    for depth, ratio, product in zip(
        vanishing["depths"], sigmoid["ratios"], sigmoid["derivatives"], strict=True
    ):
        assert 0.2**depth < product < 0.25**depth
        assert 1 < ratio / product < 3  # what the weights add


def test_what_batch_norm_and_skips_do_to_the_gradient(vanishing):
    ends = {name: network["ratios"][-1] for name, network in vanishing["networks"].items()}
    assert ends["sigmoid, Xavier"] < 1e-25
    assert 0.1 < ends["sigmoid, batch norm"] < 10
    assert 0.01 < ends["sigmoid, skip"] < 1
    # Yang et al. 2019: batch normalization multiplies by sqrt(π / (π - 1)) per layer of ReLU.
    assert ends["ReLU, batch norm"] == pytest.approx((np.pi / (np.pi - 1)) ** 25, rel=0.9)
    # A skip connection adds what is as large as itself: the norm grows by sqrt(2) per layer.
    assert ends["ReLU, skip"] == pytest.approx(2**24.5, rel=0.9)
    assert 0.3 < ends["ReLU, batch norm, skip"] < 3
    assert "ReLU, skip" in vanishing_gradients.answer(vanishing).split("Farther")[1]


@pytest.mark.parametrize("name", ["tanh, Xavier", "ReLU, batch norm"])
def test_norms_are_those_of_autograd(name):
    options = vanishing_gradients.Options(width=7, examples=5)
    model = vanishing_gradients.make_network(name, 4, options, seed=1)
    X, labels = np.random.default_rng(2).standard_normal((5, 7)), np.arange(5)
    _, grad_logits = softmax_cross_entropy(model.forward(X), labels)
    norms, _ = vanishing_gradients.backward_norms(model, grad_logits)

    activation, _, help_ = vanishing_gradients.NETWORKS[name]
    twin = LowlevelMLP(
        (7,) * 5 + (10,), activation, batch_norm=help_ == "batch norm", dtype=torch.float64
    )
    twin.load_state_dict(model.state_dict())
    outputs = [output for _, output in twin.outputs(torch.from_numpy(X))]
    before = [
        outputs[i - 1] for i, layer in enumerate(model.layers) if isinstance(layer, Activation)
    ] + outputs[-1:]
    loss = torch.nn.functional.cross_entropy(outputs[-1], torch.from_numpy(labels))
    expected = [gradient.norm().item() for gradient in torch.autograd.grad(loss, before)]
    np.testing.assert_allclose(norms, expected, rtol=1e-10)


def test_skip_connection_passes_its_gradient_on():
    generator = np.random.default_rng(0)
    linear = Linear(4, 4, np.float64)
    linear.W[...] = generator.standard_normal((4, 4))
    skip = vanishing_gradients.Skip([linear, Activation("tanh")])
    X, upstream = generator.standard_normal((2, 3, 4))
    skip.forward(X)
    gradient = skip.backward(upstream)
    step = 1e-6
    for index in np.ndindex(X.shape):
        change = np.zeros_like(X)
        change[index] = step
        difference = skip.forward(X + change) - skip.forward(X - change)
        assert gradient[index] == pytest.approx((difference * upstream).sum() / (2 * step), 1e-7)


def test_both_remedies_together_let_a_deep_network_learn():
    numbers = remedies_for_depth.run(
        remedies_for_depth.Options(depth=40, width=16, epochs=3, learning_rates=(0.1,), seeds=1)
    )
    check_experiment(remedies_for_depth, numbers)
    ends = {
        activation: {
            remedy: remedies_for_depth.last_loss(result) for remedy, result in results.items()
        }
        for activation, results in numbers["trained"].items()
    }
    assert ends["sigmoid"]["nothing"] > 2.2  # which is guessing
    assert max(ends["sigmoid"]["skip connections"], ends["sigmoid"]["both"]) < 1.2
    # What contradicts the textbook: for relus, one remedy alone is none.
    assert min(ends["relu"]["nothing"], ends["relu"]["batch norm"]) > 1.8
    assert ends["relu"]["skip connections"] > 2
    assert ends["relu"]["both"] < 0.6


# --- schedules_and_clipping -----------------------------------------------------------------------


EPOCHS = 9


@pytest.fixture(scope="module")
def courses():
    return schedules_and_clipping.run(schedules_and_clipping.Options(epochs=EPOCHS, seeds=1))


def test_every_schedule_takes_its_course(courses):
    check_experiment(schedules_and_clipping, courses)
    per_epoch = courses["steps_per_epoch"]
    for name, schedule in courses["schedules"].items():
        configuration = Configuration(schedule=name, learning_rate=0.1, epochs=EPOCHS)
        assert schedule["learning_rates"] == [
            scheduled_learning_rate(configuration, step, per_epoch)
            for step in range(EPOCHS * per_epoch)
        ]


def test_schedules_that_stay_high_and_end_low_train_best(courses):
    ends = {name: course["epoch_losses"][-1] for name, course in courses["schedules"].items()}
    best = [ends[name] for name in ("cosine", "warmup-cosine", "warmup-linear", "one-cycle")]
    halved = ends["step"], ends["exponential"]
    assert max(best) < min(halved) / 2 < max(halved) < ends["constant"]


def test_clipping_saves_the_training_from_outliers(courses):
    clean, bare, clipped, slow = (trainings[0] for trainings in courses["clipping"].values())
    assert clean["test_accuracy"] > 0.93
    assert bare["test_accuracy"] < 0.5
    assert clipped["test_accuracy"] > 0.93
    assert slow["test_accuracy"] > 0.93  # what contradicts the textbook: it needs no clipping
    # Clipping sees the long gradients, too: they are recorded before it.
    assert max(clipped["gradient_norms"]) > 5 * np.median(clipped["gradient_norms"])


def test_every_schedule_may_diverge():
    options = schedules_and_clipping.Options(
        epochs=2, learning_rate=1000, brightness=1.1, clip_norms=(1,), seeds=1
    )
    numbers = schedules_and_clipping.run(options)
    check_experiment(schedules_and_clipping, numbers)
    answer = schedules_and_clipping.answer(numbers)
    assert "1 with one-cycle" in answer and "no outliers: (1 of 1 diverged)" in answer


# --- two_layer_sigmoid ----------------------------------------------------------------------------


def test_three_styles_have_equal_losses_at_every_step():
    numbers = two_layer_sigmoid.run(two_layer_sigmoid.Options(steps=60))
    check_experiment(two_layer_sigmoid, numbers)
    expected = numbers["losses"]["NumPy"]
    assert expected[0] > 5 * expected[-1]
    for name in ("tensors", "nn.Module"):
        np.testing.assert_allclose(numbers["losses"][name], expected, rtol=1e-9)
        assert max(numbers["differences"][name]) < 1e-9
    assert numbers["output_layer_alone"][0] == pytest.approx(expected[0])
    assert numbers["saturated"]["start"] == pytest.approx(0.9, abs=0.02)


def test_lessons_network_learns_while_its_first_weight_hardly_moves():
    options = two_layer_sigmoid.Options()
    X, Y, W1, W2 = two_layer_sigmoid.draw_start(options)
    assert (X.shape, Y.shape, W1.shape, W2.shape) == ((64, 1000), (64, 10), (100, 1000), (10, 100))
    start = (X, Y, W1, W2, 2000, 1e-4)
    losses, W1_end, W2_end = two_layer_sigmoid.numpy_style(*start)
    assert losses[0] == pytest.approx(30_000, rel=0.1)
    assert losses[-1] < 10
    assert two_layer_sigmoid.moved(W1, W1_end) == pytest.approx(0.02, abs=0.005)
    assert two_layer_sigmoid.moved(W2, W2_end) > 0.4
    assert 20 < two_layer_sigmoid.output_layer_alone(*start)[-1] < 100


def test_too_large_a_rate_is_reported_in_one_line():
    with pytest.raises(
        DivergenceError, match=r"at step \d+ \(NumPy\); try a --learning-rate small"
    ):
        two_layer_sigmoid.run(two_layer_sigmoid.Options(steps=300, learning_rate=1))


# --- universal_approximation ----------------------------------------------------------------------


def test_slopes_tell_the_smooth_function_from_the_one_with_kinks():
    options = universal_approximation.Options(widths=(8, 16, 32, 64), steps=1, seeds=2)
    numbers = universal_approximation.run(options)
    check_experiment(universal_approximation, numbers)
    smooth, rough, plane = (
        numbers["functions"][name]["slopes"]["random hidden layer, least squares"]
        for name in FUNCTIONS
    )
    assert smooth < -6
    assert -2 < rough < -0.8
    assert -2 < plane < -0.3
    errors = numbers["functions"]["|sin(2πx)|"]["inside"]["random hidden layer, least squares"]
    doublings = np.diff(np.log(errors)).sum() / np.log(8)
    assert rough == pytest.approx(doublings, rel=0.3)


def approximated(name, width):
    options = universal_approximation.Options(steps=800)
    return universal_approximation.approximate((name, width, 0, options))


def test_training_loses_where_least_squares_is_possible():
    numbers = approximated("sin(2πx)", 32)
    inside = numbers["inside"]
    assert inside.keys() == set(KINDS)
    assert inside["random hidden layer, least squares"] < 1e-5
    assert inside["trained hidden layer, least squares"] < 1e-5
    assert 1e-3 < inside["trained"] < 0.1  # what optimization loses
    assert 1e-3 < inside["two hidden layers, trained"] < 0.1
    assert numbers["outside"]["trained"] > 0.5
    assert numbers["outside"]["random hidden layer, least squares"] > 0.5


def test_training_wins_where_random_directions_are_too_few():
    inside = approximated("sin(πx) sin(πy)", 8)["inside"]
    assert inside["trained"] < inside["random hidden layer, least squares"] / 2


@pytest.mark.parametrize("d", [1, 2])
@pytest.mark.parametrize("width", [2, 4, 17, 64])
def test_two_layers_have_as_many_parameters_at_most(d, width):
    def parameters(*widths):
        model = universal_approximation.make_network(
            widths, d, universal_approximation.Options(), seed=0
        )
        return sum(parameter.size for parameter in model.parameters().values())

    h = universal_approximation.as_many_parameters(width, d)
    assert h == 1 or parameters(h, h) <= parameters(width)
    assert parameters(h + 1, h + 1) > parameters(width)


def test_first_units_bend_inside():
    options = universal_approximation.Options()
    model = universal_approximation.make_network((50,), 1, options, seed=0)
    W, b = list(model.parameters().values())[:2]
    bends = -b / W[:, 0]
    assert abs(bends).max() <= 1
    assert bends.std() > 0.4


def test_solved_output_layer_is_the_best():
    options = universal_approximation.Options()
    model = universal_approximation.make_network((6,), 1, options, seed=0)
    X = universal_approximation.grid(1, 40, 1)
    wanted = model.forward(X) + 3
    model.parameters()["layers.2.weight"][...] = 0
    universal_approximation.solve_output_layer(model, X, wanted)
    np.testing.assert_allclose(model.forward(X), wanted, atol=1e-9)


# --- options --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("experiment", "arguments"),
    [
        (vanishing_gradients, "--depths 1"),
        (vanishing_gradients, "--depths"),
        (vanishing_gradients, "--width 0"),
        (vanishing_gradients, "--scale 0"),
        (vanishing_gradients, "--examples 1"),
        (universal_approximation, "--widths 4"),
        (universal_approximation, "--widths 1 2"),
        (universal_approximation, "--steepness inf"),
        (two_layer_sigmoid, "--steps 1"),
        (two_layer_sigmoid, "--learning-rate nan"),
        (two_layer_sigmoid, "--weight-scale 0"),
        (schedules_and_clipping, "--epochs 1"),
        (schedules_and_clipping, "--learning-rate 0"),
        (schedules_and_clipping, "--clip-norms"),
        (schedules_and_clipping, "--clip-norms inf"),
        (vanishing_gradients, "--scale 100 --depths 200 --width 10 --seeds 1"),
    ],
)
def test_bad_option_gives_one_line(experiment, arguments):
    with pytest.raises(UserError) as error:
        experiment.run(experiment.Options.parse(arguments.split(), experiment.__doc__))
    assert "\n" not in str(error.value)
    assert arguments.split()[0] in str(error.value)
