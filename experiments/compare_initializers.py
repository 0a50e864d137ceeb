"""Claim: the variance of the first weights decides whether a deep network can begin to learn.

Predict first: ten hidden layers of tanh learn 10,000 images of MNIST for four epochs, from weights
of each initializer, at the learning rate that suits it best. Does the best rate make up for a bad
start? What accuracy do weights that are all zero reach? How many units are dead or saturated?

Not as the textbook has it: He's weights, which are meant for relu, do tanh no harm; which variance
is taken hardly matters, as long as it does not shrink from layer to layer, as standard-uniform's
third does. Without MNIST, scikit-learn's digits.

What to change: --activation (relu: He's turn; sigmoid: does any of them help?), --hidden (with five
layers all but zeros end alike), --initializers. Papers: Glorot & Bengio 2010; He et al. 2015;
LeCun et al. 1998. Exercise: 05_compare_initializations. And explain the zeros' loss in nats.
"""

from common.configuration import MAX_WIDTH, Activation, Initializer
from common.options import option
from experiments.experiment import Numbers, main, plt
from experiments.learning_curves import CurveOptions, compare, draw_curves, summarize


class Options(CurveOptions):
    """Which initializers are compared, and how."""

    hidden: tuple[int, ...] = option((32,) * 10, ge=1, le=MAX_WIDTH, min_length=1)
    """widths"""
    activation: Activation = option("tanh")
    initializers: tuple[Initializer, ...] = option(
        (
            "lecun-normal",
            "xavier-normal",
            "he-normal",
            "standard-uniform",
            "xavier-uniform",
            "zeros",
        ),
        min_length=1,
        max_length=6,
    )


def run(options: Options) -> Numbers:
    """Train from the weights of each initializer."""
    return compare(
        options,
        {
            initializer: {"initializer": initializer, "activation": options.activation}
            for initializer in options.initializers
        },
    ) | {"activation": options.activation}


def draw(numbers: Numbers) -> plt.Figure:
    """The learning curves of the initializers."""
    return draw_curves(numbers, f"initializers with {numbers['activation']}")


def answer(numbers: Numbers) -> str:
    """How far each initializer's weights came, and what they lost."""
    return summarize(numbers)


if __name__ == "__main__":
    main(Options, run, draw, answer)
