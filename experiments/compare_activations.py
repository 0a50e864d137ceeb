"""Claim: which activation function a network has decides how fast it learns.

Predict first: three hidden layers learn 10,000 images of MNIST for four epochs, each activation at
the learning rate that suits it best. Which comes first, which last, and by how much? How many units
of each are lost: dead (their output is the same for every image) or saturated?

Relu starts from He's weights, the others from Xavier's. Not as the textbook has it: three layers
are too few for sigmoid's small slope to stop it; with a rate 4 to 20 times as large it begins late
and ends close to the others. Without MNIST, scikit-learn's digits.

What to change: --hidden (more layers set them further apart), --learning-rates (one for all), and
--activations. Papers: Glorot & Bengio 2010; Glorot, Bordes & Bengio 2011.
Exercise: 04_compare_activations. And which learning rates are best for --hidden 256 256 256 256
256 256; does sigmoid still learn?
"""

from common.configuration import Activation
from common.options import option
from experiments.experiment import Numbers, main, plt
from experiments.learning_curves import CurveOptions, compare, draw_curves, summarize


class Options(CurveOptions):
    """Which activations are compared, and how."""

    activations: tuple[Activation, ...] = option(
        ("identity", "relu", "sigmoid", "tanh", "softsign"), min_length=1, max_length=5
    )


def run(options: Options) -> Numbers:
    """Train with each activation."""
    return compare(
        options,
        {
            activation: {
                "activation": activation,
                "initializer": "he-normal" if activation == "relu" else "xavier-normal",
            }
            for activation in options.activations
        },
    )


def draw(numbers: Numbers) -> plt.Figure:
    """The learning curves of the activations."""
    return draw_curves(numbers, "activations, each at its best learning rate")


def answer(numbers: Numbers) -> str:
    """How far each activation came, and what it lost."""
    return summarize(numbers)


if __name__ == "__main__":
    main(Options, run, draw, answer)
