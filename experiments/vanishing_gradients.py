"""Claim: a gradient shrinks or grows by one factor per layer; the start decides which.

Predict first: ten layers of 100 sigmoids, Xavier initialization. The derivative of a sigmoid is at
most 0.25, so the lesson expects 0.25^10 = 1e-6 of the gradient to reach the first layer. Is the
first layer's ∂L/∂Z, divided by the last's, larger or smaller than that? What is it for ReLU with He
initialization after 50 layers, and with weights drawn from N(0, 1) after 20? And what do batch
normalization and skip connections change?

One random minibatch goes forward and back, nothing is trained. Between two layers the gradient
meets two factors: f'(Z), and the weight. 0.25 bounds the first alone, and is reached at Z = 0 only.
A skip connection carries the input of some layers past them: X + W f(X) + b, with batch
normalization X + W f(bn(X)) + b; the first layer and the last have none. What a gradient is before
the first step does not decide alone how a training goes: remedies_for_depth.py trains these.

What to change: --depths, --width, --scale (a factor on all weights: which one keeps the gradient of
sigmoids alive?).
Papers: Glorot & Bengio 2010 (vanishing, Xavier), He et al. 2015 (ReLU), He et al. 2016 (skip
connections), Yang et al. 2019 (batch normalization makes gradients explode).
Exercise: 14_vanishing_gradients, 02_batch_norm. And after how many layers does float32, whose
smallest number is 1e-45, hold nothing but zeros?
"""

import math

import numpy as np

from common.options import option
from data.errors import UserError
from experiments.experiment import ExperimentOptions, Numbers, main, plt, style
from layers_numpy import Activation, Layer
from losses_numpy import softmax_cross_entropy
from mlp_numpy import MLP

CLASSES = 10
# Title: activation, initializer, what helps.
NETWORKS = {
    "sigmoid, Xavier": ("sigmoid", "xavier-normal", ""),
    "tanh, Xavier": ("tanh", "xavier-normal", ""),
    "ReLU, Xavier": ("relu", "xavier-normal", ""),
    "ReLU, He": ("relu", "he-normal", ""),
    "ReLU, N(0, 1)": ("relu", "N(0, 1)", ""),
    "sigmoid, batch norm": ("sigmoid", "xavier-normal", "batch norm"),
    "sigmoid, skip": ("sigmoid", "xavier-normal", "skip"),
    "ReLU, batch norm": ("relu", "he-normal", "batch norm"),
    "ReLU, skip": ("relu", "he-normal", "skip"),
    "ReLU, batch norm, skip": ("relu", "he-normal", "batch norm, skip"),
    "ReLU, N(0, 1), batch norm": ("relu", "N(0, 1)", "batch norm"),
}
ALONE = [name for name, (*_, help_) in NETWORKS.items() if not help_]
HELPED = [name for name in NETWORKS if name not in ALONE]
# Whose activations are drawn: in these the gradient shrinks, stays and grows.
SHOWN = ("sigmoid, Xavier", "ReLU, Xavier", "ReLU, He", "ReLU, N(0, 1)")


class Options(ExperimentOptions):
    """How deep and wide the networks are, and how often they are drawn."""

    depths: tuple[int, ...] = option(
        (2, 5, 10, 20, 35, 50), ge=2, le=200, min_length=1, max_length=20
    )
    """numbers of hidden layers"""
    width: int = option(100, ge=2, le=1000)
    """inputs, and units of each hidden layer"""
    scale: float = option(1.0, gt=0, le=100)
    """factor on all initial weights"""
    examples: int = option(64, ge=2, le=10_000)
    """in the minibatch"""
    seeds: int = option(5, ge=1, le=100)
    """networks of each kind, whose median is reported"""
    seed: int = option(0, ge=0, lt=2**31)
    """of the first network and its minibatch"""


class Skip(Layer):
    """Y = X + F(X), where F is some layers with an activation among them (He et al. 2016)."""

    def __init__(self, layers: list[Layer]) -> None:
        self.layers = layers

    @property
    def training(self) -> bool:
        """Whether the layers are in training or in evaluation."""
        return self.layers[0].training

    @training.setter
    def training(self, value: bool) -> None:
        for layer in self.layers:
            layer.training = value

    def forward(self, X: np.ndarray) -> np.ndarray:
        Y = X
        for layer in self.layers:
            Y = layer.forward(Y)
        return X + Y

    def backward(self, grad_Y: np.ndarray) -> np.ndarray:
        gradient = grad_Y
        for layer in reversed(self.layers):
            gradient = layer.backward(gradient)
            if isinstance(layer, Activation):
                self.grad_Z = gradient
        # X is used twice, and the gradients of its uses add up: one arrives unchanged.
        return grad_Y + gradient

    def parameters(self) -> dict[str, np.ndarray]:
        return self._collect("parameters")

    def gradients(self) -> dict[str, np.ndarray]:
        return self._collect("gradients")

    def buffers(self) -> dict[str, np.ndarray]:
        return self._collect("buffers")

    def _collect(self, kind: str) -> dict[str, np.ndarray]:
        return {
            f"{i}.{name}": array
            for i, layer in enumerate(self.layers)
            for name, array in getattr(layer, kind)().items()
        }


def add_skips(model: MLP, depth: int) -> None:
    """Carry each hidden layer's input past it: (batch norm,) activation, Linear; `depth` of them.

    The first Linear changes the width and the last makes the logits: they stay as they are.
    """
    first, *hidden, last = model.layers
    size = (len(hidden) + 1) // depth  # Linear, (batch norm,) activation
    blocks = [Skip(hidden[i : i + size]) for i in range(0, len(hidden) - size + 1, size)]
    model.layers = [first, *blocks, *hidden[len(blocks) * size :], last]


def make_network(name: str, depth: int, options: Options, seed: int) -> MLP:
    """One of NETWORKS, of float64."""
    activation, initializer, help_ = NETWORKS[name]
    model = MLP(
        (options.width,) * (depth + 1) + (CLASSES,),
        activation=activation,
        initializer="zeros" if initializer == "N(0, 1)" else initializer,
        batch_norm="batch norm" in help_,
        seed=seed,
        dtype=np.float64,
    )
    generator = np.random.default_rng(seed)
    for parameter in model.parameters().values():
        if parameter.ndim == 2:
            if initializer == "N(0, 1)":
                parameter[...] = generator.standard_normal(parameter.shape)
            parameter *= options.scale
    if "skip" in help_:
        add_skips(model, depth)
    return model


def backward_norms(model: MLP, grad_logits: np.ndarray) -> tuple[list[float], float]:
    """What the backward pass meets on its way from the logits to the first layer.

    Returns:
        the norms of ∂L/∂Z, the first layer's first and the logits' last, where Z is what an
        activation is applied to; and the product of the factors f' on the way, by which the norm
        shrank from ∂L/∂A to ∂L/∂Z.
    """
    gradient, norms, derivatives = grad_logits, [np.linalg.norm(grad_logits)], 1.0
    for layer in reversed(model.layers):
        norm_before, gradient = np.linalg.norm(gradient), layer.backward(gradient)
        if isinstance(layer, Skip):
            norms.append(np.linalg.norm(layer.grad_Z))
        elif isinstance(layer, Activation):
            norms.append(np.linalg.norm(gradient))
            # Where all units are off, nothing arrives and nothing goes on.
            derivatives *= float(norms[-1] / norm_before) if norm_before else 0.0
    return [float(norm) for norm in reversed(norms)], derivatives


@np.errstate(over="ignore", invalid="ignore")  # reported in words
def run(options: Options) -> Numbers:
    """One pass forward and back through every network, depth and seed.

    Raises:
        UserError: where the norms leave the range of float64.
    """
    numbers: Numbers = {"depths": sorted(set(options.depths)), "networks": {}}
    for name, (activation, *_) in NETWORKS.items():
        measured: Numbers = {"ratios": [], "derivatives": []}
        for depth in numbers["depths"]:
            products, norms = [], []
            for seed in range(options.seed, options.seed + options.seeds):
                generator = np.random.default_rng(seed)
                X = generator.standard_normal((options.examples, options.width))
                labels = generator.integers(CLASSES, size=options.examples)
                model = make_network(name, depth, options, seed)
                outputs = [output for _, output in model.outputs(X)]
                _, grad_logits = softmax_cross_entropy(outputs[-1], labels)
                of_layers, product = backward_norms(model, grad_logits)
                products.append(product)
                norms.append(np.array(of_layers) / of_layers[-1])
            if not np.isfinite(norms).all():
                raise UserError(
                    f"--scale {options.scale:g} with {depth} layers of {name} is more than float64"
                    " holds; choose a smaller --scale or smaller --depths"
                )
            measured["ratios"].append(float(np.median(norms, axis=0)[0]))
            measured["derivatives"].append(float(np.median(products)))
        if name in SHOWN:  # the deepest network's activations, of the last seed
            hidden = [
                A
                for layer, A in zip(model.layers, outputs, strict=True)
                if isinstance(layer, Activation)
            ]
            measured["histograms"] = {
                f"layer {i + 1}": histogram(hidden[i], activation)
                for i in sorted({0, (depth - 1) // 2, depth - 1})
            }
        numbers["networks"][name] = measured
    return numbers


def histogram(A: np.ndarray, activation: str) -> Numbers:
    """The share of all activations in each of 40 bins; for ReLU of the positive ones' log10."""
    values = np.log10(A[A > 0]) if activation == "relu" else A
    counts, edges = np.histogram(values, bins=40)
    return {"edges": edges.tolist(), "shares": (counts / A.size).tolist()}


def draw(numbers: Numbers) -> plt.Figure:
    """The first layer's norm against depth, alone and with help; and some networks' activations."""
    figure = plt.figure(figsize=(13, 8.5), layout="constrained")
    upper, lower = figure.subfigures(2, 1, height_ratios=(2, 1.05))
    depths, networks = numbers["depths"], numbers["networks"]
    columns = zip(upper.subplots(1, 2), (ALONE, HELPED), ("alone", "with help"), strict=True)
    for panel, names, title in columns:
        for index, name in enumerate(names):
            panel.plot(depths, networks[name]["ratios"], **style(index), label=name)
        if names is ALONE:
            lesson = [0.25**depth for depth in depths]
            look = {"color": "0.8", "linewidth": 5, "zorder": 0}
            panel.plot(depths, lesson, **look, label="0.25 per layer")
        panel.set(
            title=f"The first layer's gradient over the last's, {title}",
            xlabel="hidden layers",
            ylabel="norm of ∂L/∂Z, first layer over logits",
            yscale="log",
        )
        panel.axhline(1, color="0.5", linewidth=0.8)
        tick_powers_of_ten(panel)
        panel.legend(loc="upper left", fontsize=9)
    panels = lower.subplots(1, len(SHOWN))
    for panel, name in zip(panels, SHOWN, strict=True):
        for index, (layer, bars) in enumerate(networks[name]["histograms"].items()):
            look = style(index)
            look.pop("marker"), look.pop("markersize")
            panel.stairs(bars["shares"], bars["edges"], **look, label=layer)
        panel.set_title(name, fontsize=10)
        panel.set_xlabel("log10 of the activation" if "ReLU" in name else "activation")
        panel.set_yticks([])
    panels[0].set_ylabel("share")
    panels[0].legend(fontsize=9)
    lower.suptitle(f"Activations of the networks with {depths[-1]} hidden layers, before training")
    return figure


def tick_powers_of_ten(panel: plt.Axes) -> None:
    """At most nine ticks on a log axis, 10⁰ among them."""
    low, high = np.log10(panel.get_ylim())
    step = math.ceil((high - low) / 9)
    exponents = range(math.ceil(low / step) * step, math.floor(high) + 1, step)
    panel.set_yticks([10.0**exponent for exponent in exponents])
    panel.minorticks_off()


def answer(numbers: Numbers) -> str:
    """What is left of the gradient, of the lesson's networks and of those that have help."""
    depths = numbers["depths"]

    def at(name: str, wanted: int, what: str = "ratios") -> tuple[int, float]:
        index = min(range(len(depths)), key=lambda i: abs(depths[i] - wanted))
        return depths[index], numbers["networks"][name][what][index]

    depth, sigmoid = at("sigmoid, Xavier", 10)
    product = at("sigmoid, Xavier", 10, "derivatives")[1]
    deepest = depths[-1]
    ends = {name: at(name, deepest)[1] for name in NETWORKS}
    helped = "; ".join(f"{ends[name]:.1e} ({name})" for name in HELPED)
    harmed = [
        name
        for name in HELPED
        for alone in ALONE
        if NETWORKS[alone][:2] == NETWORKS[name][:2]
        and _distance(ends[name]) > _distance(ends[alone])
    ]
    return (
        f"First layer over last: {sigmoid:.1e} after {depth} layers of sigmoids with Xavier, beside"
        f" 0.25^{depth} = {0.25**depth:.1e}. The derivatives alone make {product:.1e}, since Z is"
        f" not 0; the weights take it {sigmoid / product:.3g} times as far. ReLU with He:"
        f" {at('ReLU, He', 50)[1]:.2g} after {at('ReLU, He', 50)[0]}; with N(0, 1):"
        f" {at('ReLU, N(0, 1)', 20)[1]:.1e} after {at('ReLU, N(0, 1)', 20)[0]}. With help, after"
        f" {deepest}: {helped}. Farther from 1 than the same without help:"
        f" {'; '.join(harmed) or 'none'}."
    )


def _distance(ratio: float) -> float:
    """How far a ratio is from 1, in orders of magnitude."""
    return abs(float(np.log10(ratio))) if ratio else np.inf


if __name__ == "__main__":
    main(Options, run, draw, answer)
