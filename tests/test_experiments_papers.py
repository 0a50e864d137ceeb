"""The experiments that rerun a paper, in a quick form: what it claims, and what came out otherwise.

What trains many networks does so in processes of its own, where no shapes are checked.
"""

import json

import numpy as np
import pytest
from matplotlib import pyplot as plt

from data.errors import UserError
from experiments import rumelhart_1986_symmetry as symmetry


def check_experiment(experiment, numbers):
    """The numbers are JSON's, the answer is text, and every panel of the figure names its axes."""
    json.dumps(numbers, allow_nan=False)
    assert experiment.answer(numbers)
    figure = experiment.draw(numbers)
    figure.canvas.draw()
    assert all(panel.get_xlabel() for panel in figure.axes)
    plt.close(figure)


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


# --- options --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("experiment", "arguments"),
    [
        (symmetry, "--seeds 0"),
        (symmetry, "--rates 0"),
        (symmetry, "--hidden-units"),
    ],
)
def test_bad_option_gives_one_line(experiment, arguments):
    with pytest.raises(UserError) as error:
        experiment.Options.parse(arguments.split(), experiment.__doc__)
    assert "\n" not in str(error.value)
    assert arguments.split()[0] in str(error.value)
