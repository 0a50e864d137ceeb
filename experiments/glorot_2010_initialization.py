"""Claim: normalized initialization keeps activations and gradients as large in each of five layers.

Predict first: five hidden layers of 1,000 tanh units, before training. With the standard weights of
the time, U[±1/√in], by how much do the back-propagated gradients shrink from the top layer to the
bottom one? By how much with the normalized ones, U[±√6/√(in + out)]? And the gradients of the
weights, which are what training uses: do they shrink as well?

Paper: Glorot & Bengio 2010 (AISTATS, section 4.2.1, figures 6 to 8), who add that the Jacobian from
one layer to the next has singular values of 0.8 on average with the normalized weights and of 0.5
with the standard ones.
The paper leaves open how its inputs were scaled; its images, Shapeset-3x2, are not ours (MNIST).
Both usual ways are measured: pixels from 0 to 1, and standardized to mean 0 and deviation 1. Of
which inputs the Jacobians are: each is of another training image. How many networks: one seems to
be meant, and here are three. That biases start at 0, it says.

For a square matrix of independent entries whose rows have length 1, the singular values have a mean
of 8 / (3π) = 0.849. Rows of the normalized weights have length 1, of the standard ones 1/√3: this
makes 0.849 and 0.490, before tanh's slope, which is 1 at 0 and less elsewhere.

What to change: --activation (softsign; relu, which nobody used then), --depth, --width.
Exercise: 05_compare_initializations, 14_vanishing_gradients. And which initializer of
common/initializers.py keeps the gradients of relus?
"""

from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np

from common.configuration import Activation as ActivationName
from common.configuration import Initializer
from common.options import option
from data.datasets import Split, load_dataset
from experiments.experiment import ExperimentOptions, Numbers, main, plt, side_by_side, style
from experiments.learning_curves import available
from layers_numpy import Activation, Linear
from losses_numpy import softmax_cross_entropy
from mlp_numpy import MLP

INITIALIZERS: dict[Initializer, str] = {
    "standard-uniform": "standard",
    "xavier-uniform": "normalized",
}
InputName = Literal["pixels", "standardized"]
INPUTS: tuple[InputName, ...] = ("pixels", "standardized")
PAPER_SINGULAR_VALUES = {"standard-uniform": 0.5, "xavier-uniform": 0.8}
BINS = 100


class Options(ExperimentOptions):
    """How large the networks are, and how many are drawn."""

    depth: int = option(5, ge=2, le=50)
    """hidden layers"""
    width: int = option(1000, ge=2, le=4000)
    """units of each hidden layer"""
    activation: ActivationName = option("tanh")
    """of the hidden layers"""
    examples: int = option(1000, ge=10, le=10_000)
    """training images in the minibatch"""
    seeds: int = option(3, ge=1, le=100)
    """networks of each kind"""


@cache
def load(root: Path, inputs: InputName, examples: int) -> Split:
    """The first training images; as pixels from 0 to 1, their smallest and largest value's."""
    train = load_dataset(available(root), root).train
    images = train.images[:examples]
    if inputs == "pixels":
        low, high = train.images.min(), train.images.max()
        images = (images - low) / (high - low)
    return Split(images, train.labels[:examples])


def measure(case: tuple[Options, Initializer, InputName, int]) -> Numbers:
    """One network, before training: what each of its layers has, first layer first."""
    options, initializer, inputs, seed = case
    split = load(options.data_root, inputs, options.examples)
    sizes = (split.images.shape[1], *(options.width,) * options.depth, 10)
    model = MLP(sizes, activation=options.activation, initializer=initializer, seed=seed)
    logits = model.forward(split.images)
    _, gradient = softmax_cross_entropy(logits, split.labels)
    # Of each example's own loss, as in the paper: the gradient of the mean has the 1/n.
    gradient = gradient * len(split)
    back_propagated = []
    for layer in reversed(model.layers):
        gradient = layer.backward(gradient)
        if isinstance(layer, Activation):
            back_propagated.insert(0, gradient)
    linear = [layer for layer in model.layers if isinstance(layer, Linear)][:-1]
    hidden = [layer for layer in model.layers if isinstance(layer, Activation)]
    measured = {
        "activations": [layer.A for layer in hidden],
        "back-propagated gradients": back_propagated,
        "weight gradients": [layer.grad_W / len(split) for layer in linear],
    }
    singular = [
        float(np.linalg.svd(jacobian(linear[i + 1], hidden[i], seed), compute_uv=False).mean())
        for i in range(options.depth - 1)
    ]
    return {
        "deviations": {
            name: [float(each.std()) for each in layers] for name, layers in measured.items()
        },
        "histograms": {
            name: [histogram(each) for each in layers] for name, layers in measured.items()
        },
        "singular_values": singular,
    }


def jacobian(next_layer: Linear, activation: Activation, example: int) -> np.ndarray:
    """∂z_next/∂z (out, in) of the last forward pass at one example: W diag(f'(z))."""
    A = activation.A[example]
    return next_layer.W * activation.derivative(A)


def histogram(values: np.ndarray) -> Numbers:
    """The density of the values between their 0.1st and 99.9th percentile."""
    low, high = np.percentile(values, [0.1, 99.9])
    counts, edges = np.histogram(values, bins=BINS, range=(low, high))
    densities = counts / (values.size * (edges[1] - edges[0]))
    return {"densities": densities.tolist(), "edges": edges.tolist()}


def run(options: Options) -> Numbers:
    """Draw and measure every network."""
    available(options.data_root)  # says once where MNIST is missing
    kinds = [(initializer, inputs) for inputs in INPUTS for initializer in INITIALIZERS]
    cases = [(options, *kind, seed) for kind in kinds for seed in range(options.seeds)]
    results = side_by_side(measure, cases)
    networks = []
    for i, (initializer, inputs) in enumerate(kinds):
        of_kind = results[i * options.seeds : (i + 1) * options.seeds]
        networks.append(
            {
                "initializer": initializer,
                "inputs": inputs,
                "deviations": {
                    name: [network["deviations"][name] for network in of_kind]
                    for name in of_kind[0]["deviations"]
                },
                "singular_values": [network["singular_values"] for network in of_kind],
                "histograms": of_kind[0]["histograms"],
            }
        )
    return {"depth": options.depth, "networks": networks}


def network_of(numbers: Numbers, initializer: str, inputs: str) -> Numbers:
    """The measurements of one kind of network."""
    (network,) = (
        network
        for network in numbers["networks"]
        if (network["initializer"], network["inputs"]) == (initializer, inputs)
    )
    return network


def draw(numbers: Numbers) -> plt.Figure:
    """The paper's figures 6 to 8, one a column, and below them how they change with the layer."""
    names = list(numbers["networks"][0]["deviations"])
    figure, panels = plt.subplots(3, len(names), figsize=(13, 9.5), layout="constrained")
    layers = range(1, numbers["depth"] + 1)
    for row, (initializer, title) in zip(panels, INITIALIZERS.items(), strict=False):
        network = network_of(numbers, initializer, "standardized")
        for panel, name in zip(row, names, strict=True):
            for i, bars in enumerate(network["histograms"][name]):
                look = style(i)
                look.pop("marker"), look.pop("markersize")
                panel.stairs(bars["densities"], bars["edges"], **look, label=f"layer {i + 1}")
            panel.set(title=f"{name}, {title}", xlabel=name, ylabel="density")
            panel.set_yticks([])
            panel.ticklabel_format(axis="x", scilimits=(-3, 3))
    panels[0, 0].legend(fontsize=9)
    for panel, name in zip(panels[-1], names, strict=True):
        for i, network in enumerate(numbers["networks"]):
            deviations = np.array(network["deviations"][name]).mean(axis=0)
            label = f"{INITIALIZERS[network['initializer']]}, {network['inputs']}"
            panel.plot(layers, deviations, **style(i), label=label)
        panel.set(xlabel="layer", ylabel="standard deviation", yscale="log", xticks=layers)
        panel.set_title(name)
        panel.grid(alpha=0.3)
    panels[-1, -1].legend(fontsize=9, loc="center", bbox_to_anchor=(0.5, 0.6))
    figure.suptitle(
        f"{numbers['depth']} hidden layers before training: Glorot & Bengio 2010, figures 6 to 8,"
        " rerun (histograms of standardized inputs)"
    )
    return figure


def answer(numbers: Numbers) -> str:
    """Deviations from the first layer to the last, and singular values, of each kind."""
    parts = []
    for network in numbers["networks"]:
        deviations = {name: np.array(of_seeds) for name, of_seeds in network["deviations"].items()}
        values = np.array(network["singular_values"])
        means = values.mean(axis=0)
        shown = ", ".join(
            f"{name} {of_seeds.mean(axis=0)[0]:.2g} to {of_seeds.mean(axis=0)[-1]:.2g}"
            for name, of_seeds in deviations.items()
        )
        parts.append(
            f"{INITIALIZERS[network['initializer']].capitalize()} weights, {network['inputs']}:"
            f" {shown}; singular"
            f" values {' '.join(f'{mean:.2f}' for mean in means)}, mean {values.mean():.2f}"
            f" (the paper: {PAPER_SINGULAR_VALUES[network['initializer']]})"
        )
    spread = max(
        np.std(network["singular_values"], axis=0).max() for network in numbers["networks"]
    )
    return (
        f"Standard deviations from layer 1 to {numbers['depth']}, mean of"
        f" {len(numbers['networks'][0]['singular_values'])} networks. {'. '.join(parts)}. Between"
        f" seeds, a mean singular value deviates by {spread:.3f} at most."
    )


if __name__ == "__main__":
    main(Options, run, draw, answer)
