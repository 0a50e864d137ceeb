"""The experiments that rerun a paper, in a quick form: what it claims, and what came out otherwise.

What trains many networks does so in processes of its own, where no shapes are checked.
"""

import numpy as np
import pytest
from experiment_checks import check_experiment

from data.errors import UserError
from experiments import glorot_2010_initialization as glorot
from experiments import rumelhart_1986_family_trees as trees
from experiments import rumelhart_1986_symmetry as symmetry
from experiments import rumelhart_1986_xor as xor
from mlp_numpy import MLP

# --- rumelhart_1986_symmetry ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def symmetry_numbers():
    return symmetry.run(
        symmetry.Options(
            seeds=8,
            sweeps=2500,
            today_seeds=4,
            today_sweeps=1000,
            rates=(0.01,),
            hidden_units=(2, 8),
        )
    )


def test_symmetry_is_learned_with_antisymmetric_weights(symmetry_numbers):
    check_experiment(symmetry, symmetry_numbers)
    slow, fast = (symmetry_numbers["paper"][name] for name in ("ε 0.1", "ε 0.03"))
    assert 3 <= len(slow["sweeps"]) < 8  # 5 of them
    assert slow["sweeps"][-1] > 3 * slow["sweeps"][0]
    assert len(fast["sweeps"]) >= 7
    assert fast["sweeps"][-1] < 2 * fast["sweeps"][0]
    assert max(slow["asymmetry"] + fast["asymmetry"]) < 0.01
    for name, expected in symmetry.RATIOS.items():
        assert slow["ratios"][name]
        for sizes in slow["ratios"][name]:
            np.testing.assert_allclose(sizes, np.array(expected) / expected[0], rtol=0.03)


def test_today_s_choices_need_more_units_for_symmetry(symmetry_numbers):
    learned = {name: len(result["sweeps"]) for name, result in symmetry_numbers["today"].items()}
    assert learned["Adam, cross-entropy, tanh, He, 2 units"] == 0
    assert learned["Adam, cross-entropy, tanh, He, 8 units"] == 4
    he = symmetry.make_network(symmetry.Way(initializer="he-normal"), seed=0).parameters()
    assert not he["layers.0.bias"].any() and abs(he["layers.0.weight"]).max() > 0.3


def test_the_smallest_sum_with_signs_is_largest_at_two_ratios():
    """Of all w1 <= w2 <= 1 on a grid, which the docstring says of all."""
    grid = np.arange(1, 41) / 40
    w = np.stack([*np.meshgrid(grid, grid, [1.0], indexing="ij")], axis=-1).reshape(-1, 3)
    w = w[w[:, 0] <= w[:, 1]]
    signs = [sign for sign in np.ndindex(3, 3, 3) if sign != (1, 1, 1)]
    smallest = abs(w @ (np.array(signs).T - 1)).min(axis=1)
    assert smallest.max() == pytest.approx(0.25)
    best = w[smallest > 0.25 - 1e-9] * 4
    np.testing.assert_allclose(best, sorted(symmetry.RATIOS.values()))


# --- rumelhart_1986_xor ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def xor_numbers():
    return xor.run(xor.Options(seeds=16, sizes=(0.3, 2.0), sweeps=1500))


def test_xor_is_stuck_from_large_weights_with_two_units(xor_numbers):
    check_experiment(xor, xor_numbers)
    stuck = {(each["hidden"], each["size"]): each["stuck"] for each in xor_numbers["networks"]}
    assert stuck[2, 0.3] <= 2 and 4 <= stuck[2, 2.0] <= 8
    assert stuck[4, 0.3] == stuck[4, 2.0] == 0


def test_xor_is_stuck_where_the_minimum_is_infinitely_far(xor_numbers):
    stuck = [training for training in xor_numbers["stuck"] if xor.still_stuck(training)]
    assert len(stuck) >= 2
    for training in stuck:
        outputs = sorted(training["outputs"])
        np.testing.assert_allclose(outputs, [0.1, 0.5, 0.5, 0.9], atol=0.02)
        gradients, weights, losses = (
            [xor.at(training, what, sweep) for sweep in (1500, 15_000)]
            for what in ("gradients", "largest_weights", "losses")
        )
        assert 0 < gradients[1] < gradients[0] / 5
        assert weights[1] > weights[0] + 1
        assert 0.08 < losses[1] < losses[0]  # 0.08 is the mean of 0, 0, 0.4² and 0.4²


# --- glorot_2010_initialization -------------------------------------------------------------------


def test_normalized_weights_keep_what_standard_ones_shrink():
    numbers = glorot.run(glorot.Options(width=200, examples=200, seeds=1))
    check_experiment(glorot, numbers)
    for inputs in glorot.INPUTS:
        ratios = {}
        for initializer in glorot.INITIALIZERS:
            network = glorot.network_of(numbers, initializer, inputs)
            ratios[initializer] = {
                name: of_seeds[0][0] / of_seeds[0][-1]
                for name, of_seeds in network["deviations"].items()
            }
        standard, normalized = ratios["standard-uniform"], ratios["xavier-uniform"]
        assert standard["activations"] > 4 > 2.5 > normalized["activations"]
        back = "back-propagated gradients"
        assert standard[back] < 1 / 7 < 1 / 4 < normalized[back] < 1
        # Those of the weights do not vanish: what shrinks upwards meets what shrinks downwards.
        for of_initializer in (standard, normalized):
            assert 0.7 < of_initializer["weight gradients"] < 1.4
    # Those of a linear network are 8 / (3π) times the rows' length; tanh's slope takes from them.
    for initializer, length in (("standard-uniform", 3**-0.5), ("xavier-uniform", 1)):
        (values,) = glorot.network_of(numbers, initializer, "pixels")["singular_values"]
        assert values[0] < values[-1]  # the activations shrink from layer to layer
        assert 0.85 < values[-1] / (8 / (3 * np.pi) * length) < 1.01


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_jacobian_is_that_of_finite_differences(activation):
    generator = np.random.default_rng(0)
    model = MLP((3, 5, 4, 2), activation=activation, seed=1, dtype=np.float64)
    _, f, second = model.layers[:3]
    z = generator.standard_normal((2, 5))
    f.forward(z)
    step = 1e-6
    for example in range(2):
        differences = [
            (second.forward(f.forward(z + change)) - second.forward(f.forward(z - change)))[example]
            for change in step * np.eye(5)[:, None]
        ]
        f.forward(z)
        expected = np.array(differences).T / (2 * step)
        np.testing.assert_allclose(glorot.jacobian(second, f, example), expected, rtol=1e-6)


# --- rumelhart_1986_family_trees ------------------------------------------------------------------


def test_facts_are_those_of_both_trees():
    """52 of each, some with two answers; some of them as the paper's figure 2 has them."""
    assert trees.INPUTS.shape == (104, 36)
    assert (trees.INPUTS.sum(axis=1) == 2).all()
    names = [name for tree in zip(*trees.NAMES, strict=True) for name in tree]
    relations = [
        "father",
        "mother",
        "husband",
        "wife",
        "son",
        "daughter",
        "uncle",
        "aunt",
        "brother",
        "sister",
        "nephew",
        "niece",
    ]
    known = {}
    for x, y in zip(trees.INPUTS, trees.TARGETS, strict=True):
        person, relation = np.flatnonzero(x)
        known[names[person], relations[relation - 24]] = {names[i] for i in np.flatnonzero(y)}
    assert known["Colin", "aunt"] == {"Jennifer", "Margaret"}
    assert known["Colin", "sister"] == {"Charlotte"}
    assert known["Sophia", "uncle"] == {"Emilio", "Tomaso"}
    assert known["Charles", "niece"] == {"Charlotte"}
    assert known["Andrew", "daughter"] == {"Jennifer"}
    assert ("Christopher", "father") not in known and ("Colin", "wife") not in known


def test_family_trees_are_learned_but_not_at_the_paper_s_rates():
    numbers = trees.run(trees.Options(seeds=2, sweeps=5000))
    check_experiment(trees, numbers)
    as_published, *_, longest = numbers["settings"].values()
    assert as_published["trained"] == [0, 0]
    assert min(longest["trained"]) > 50


# --- options --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("experiment", "arguments"),
    [
        (symmetry, "--seeds 0"),
        (symmetry, "--rates 0"),
        (symmetry, "--hidden-units"),
        (xor, "--sizes 0"),
        (xor, "--sweeps 0"),
        (trees, "--held-out 0"),
        (glorot, "--depth 1"),
        (glorot, "--examples 9"),
    ],
)
def test_bad_option_gives_one_line(experiment, arguments):
    with pytest.raises(UserError) as error:
        experiment.Options.parse(arguments.split(), experiment.__doc__)
    assert "\n" not in str(error.value)
    assert arguments.split()[0] in str(error.value)
