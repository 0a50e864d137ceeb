"""The stages of one step as the page shows them: formula, arrays, and the tier's own lines."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from play.code_lines import code, place
from play.limits import Setup

Arrays = dict[str, np.ndarray]


@dataclass
class Step:
    """What one step of a tier computed; layers and parameters by their names.

    Attributes:
        inputs, outputs: of each layer in the forward pass.
        grad_outputs, grad_inputs: ∂L/∂output and ∂L/∂input of each layer.
        indices, targets: which training points, and what the loss compares the logits with.
        gradients: ∂L/∂parameter; clipped: the same after clipping.
        norm: of all gradients before clipping; None without clipping.
        before, after: parameters and buffers around the update.
        buffers: of the optimizer, after the update.
    """

    inputs: Arrays = field(default_factory=dict)
    outputs: Arrays = field(default_factory=dict)
    grad_outputs: Arrays = field(default_factory=dict)
    grad_inputs: Arrays = field(default_factory=dict)
    indices: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    targets: np.ndarray = field(default_factory=lambda: np.zeros(0))
    loss: float = 0.0
    gradients: Arrays = field(default_factory=dict)
    clipped: Arrays = field(default_factory=dict)
    norm: float | None = None
    before: Arrays = field(default_factory=dict)
    after: Arrays = field(default_factory=dict)
    buffers: Arrays = field(default_factory=dict)


# Of each kind of layer: the formula forward and backward, and what they mean.
FORWARD = {
    "Linear": ("Z = X Wᵀ + b", "Each unit sums its weighted inputs and adds its bias."),
    "BatchNorm1d": (
        "Y = γ (X - μ) / sqrt(σ² + ε) + β",
        "μ and σ² are those of this minibatch, for each column.",
    ),
    "Activation": ("A = f(Z)", "Applied to each entry."),
    "Dropout": ("Y = X ⊙ M", "Each entry of M is 0 with probability p, else 1 / (1 - p)."),
}
BACKWARD = {
    "Linear": (
        "∂L/∂W = (∂L/∂Z)ᵀ X,  ∂L/∂b = column sums of ∂L/∂Z,  ∂L/∂X = ∂L/∂Z W",
        "W is used once for each example, so the gradients of all uses add up.",
    ),
    "BatchNorm1d": (
        "∂L/∂X = γ / sqrt(σ² + ε) (∂L/∂Y - mean of ∂L/∂Y - X̂ mean of (∂L/∂Y X̂))",
        "Every example affects μ and σ², and through them all other examples.",
    ),
    "Activation": ("∂L/∂Z = ∂L/∂A ⊙ f'(Z)", "The chain rule for each entry."),
    "Dropout": ("∂L/∂X = ∂L/∂Y ⊙ M", "Dropped entries get no gradient."),
}
NAMES = {  # input and output
    "Linear": ("X", "Z"),
    "BatchNorm1d": ("X", "Y"),
    "Activation": ("Z", "A"),
    "Dropout": ("X", "Y"),
}
SYMBOLS = {
    ("Linear", "weight"): "W",
    ("Linear", "bias"): "b",
    ("BatchNorm1d", "weight"): "γ",
    ("BatchNorm1d", "bias"): "β",
}
LOSSES = {
    "softmax-cross-entropy": (
        "L = mean of -log softmax(logits)[label],  ∂L/∂logits = (softmax - one-hot) / n"
    ),
    "sigmoid-cross-entropy": (
        "L = mean of -t log σ(z) - (1 - t) log σ(-z),  ∂L/∂z = (σ(z) - t) / n"
    ),
    "mean-squared-error": "L = mean of |output - target|²,  ∂L/∂output = 2 (output - target) / n",
}

Layer = tuple[str, str, str]


def stages(
    tier: str, step: Step, layers: list[Layer], setup: Setup, rate: float, most: int
) -> list[dict[str, Any]]:
    """The stages of a step in the order in which they were computed.

    Args:
        layers: name, kind and label of each.
        rate: the learning rate of the step.
        most: so many rows and columns of an array are shown.
    """
    builder = _StageBuilder(tier, step, layers[-1], setup, most)
    found = [builder.forward(layer) for layer in layers]
    found.append(builder.loss())
    found += [builder.backward(layer) for layer in reversed(layers)]
    if setup.clip_norm is not None:
        found.append(builder.clip(layers))
    found += [
        builder.update(layer, rate) for layer in layers if builder.parameters(layer, step.before)
    ]
    return found


class _StageBuilder:
    """Builds the stages of one step."""

    def __init__(self, tier: str, step: Step, last: Layer, setup: Setup, most: int) -> None:
        self.tier, self.step, self.last = tier, step, last
        self.setup, self.most = setup, most

    def forward(self, layer: Layer) -> dict[str, Any]:
        name, kind, _ = layer
        X, Y = NAMES[kind]
        arrays = [self.array(X, "in", self.step.inputs[name])]
        arrays += [
            self.array(symbol, "parameter", array)
            for symbol, array in self.parameters(layer, self.step.before).items()
        ]
        arrays.append(self.array(Y, "out", self.step.outputs[name]))
        _, meaning = FORWARD[kind]
        if kind == "Linear" and not self.has_bias(layer):
            meaning = "The shift β of the normalization that follows takes the place of a bias."
        formula = forward_formula(kind, self.has_bias(layer))
        return self.stage("forward", layer, formula, meaning, arrays)

    def loss(self) -> dict[str, Any]:
        name = self.last[0]
        arrays = [
            self.array("logits", "in", self.step.outputs[name]),
            self.array("targets", "in", self.step.targets),
            self.array("L", "out", np.array(self.step.loss)),
            self.array("∂L/∂logits", "gradient", self.step.grad_outputs[name]),
        ]
        meaning = "The mean over the minibatch, a single number."
        return self.stage("loss", None, LOSSES[self.setup.loss], meaning, arrays)

    def backward(self, layer: Layer) -> dict[str, Any]:
        name, kind, _ = layer
        X, Y = NAMES[kind]
        arrays = [self.array(f"∂L/∂{Y}", "in", self.step.grad_outputs[name])]
        arrays += [
            self.array(f"∂L/∂{symbol}", "gradient", array)
            for symbol, array in self.parameters(layer, self.step.gradients).items()
        ]
        if name in self.step.grad_inputs:
            arrays.append(self.array(f"∂L/∂{X}", "out", self.step.grad_inputs[name]))
        formula, meaning = BACKWARD[kind]
        if kind == "Linear" and not self.has_bias(layer):
            formula = formula.replace("  ∂L/∂b = column sums of ∂L/∂Z,", "")
        if name not in self.step.grad_inputs:
            formula = formula.removesuffix(",  ∂L/∂X = ∂L/∂Z W")
            meaning += " The inputs aren't trained, so ∂L/∂X is not computed."
        if self.tier != "numpy":
            meaning += (
                " Autograd computes this from the graph that it recorded in the forward pass."
            )
        return self.stage("backward", layer, formula, meaning, arrays)

    def clip(self, layers: list[Layer]) -> dict[str, Any]:
        arrays = [self.array("norm of all gradients", "in", np.array(self.step.norm))]
        for layer in layers:
            number = layer[2].split()[-1]
            clipped = self.parameters(layer, self.step.clipped)
            for symbol, array in clipped.items():
                arrays.append(self.array(f"∂L/∂{symbol} {number}", "after", array))
        formula = f"g ← g min(1, {self.setup.clip_norm:g} / |g|)"
        meaning = "One factor scales all gradients: their direction is kept, their norm is limited."
        return self.stage("clip", None, formula, meaning, arrays)

    def update(self, layer: Layer, rate: float) -> dict[str, Any]:
        arrays = []
        before = self.parameters(layer, self.step.before)
        gradients = self.parameters(layer, self.step.clipped)
        after = self.parameters(layer, self.step.after)
        for symbol in before:
            arrays.append(self.array(symbol, "before", before[symbol]))
            arrays.append(self.array(f"g = ∂L/∂{symbol}", "gradient", gradients[symbol]))
            for buffer, letter in BUFFERS.items():
                own = {
                    key.removeprefix(f"{buffer}."): array
                    for key, array in self.step.buffers.items()
                    if key.startswith(f"{buffer}.")
                }
                if own:
                    kept = self.parameters(layer, own)[symbol]
                    arrays.append(self.array(f"{letter} of {symbol}", "parameter", kept))
            arrays.append(self.array(symbol, "after", after[symbol]))
        meaning = f"The learning rate of this step is η = {rate:g}."
        if list(before) != ["W"]:
            meaning += f" The formula is the same for every parameter: {', '.join(before)}."
        if self.setup.weight_decay:
            meaning += (
                f" λ is {self.setup.weight_decay:g} for weights and 0 for all other parameters."
            )
        return self.stage("update", layer, update_formula(self.setup), meaning, arrays)

    def parameters(self, layer: Layer, arrays: Arrays) -> Arrays:
        """Those that belong to a layer, by their symbols."""
        name, kind, _ = layer
        return {
            symbol: arrays[f"{name}.{part}"]
            for (of, part), symbol in SYMBOLS.items()
            if of == kind and f"{name}.{part}" in arrays
        }

    def has_bias(self, layer: Layer) -> bool:
        """Whether this Linear layer has one."""
        return f"{layer[0]}.bias" in self.step.before

    def stage(
        self,
        phase: str,
        layer: Layer | None,
        formula: str,
        explanation: str,
        arrays: list[dict[str, Any]],
    ) -> dict[str, Any]:
        name, kind, label = layer or (None, "", "")
        if kind == "Activation":
            label = f"{label} ({self.setup.activation})"
        found = place(
            self.tier, phase, kind, self.setup, first=name == "layers.0", last=layer == self.last
        )
        return {
            "phase": phase,
            "layer": name,
            "title": label or {"loss": f"Loss ({self.setup.loss})", "clip": "Clipping"}[phase],
            "formula": formula,
            "explanation": explanation,
            "arrays": arrays,
            "code": code(found),
        }

    def array(self, name: str, role: str, array: np.ndarray) -> dict[str, Any]:
        """An array with its shape, and its first rows and columns."""
        shown = array[tuple(slice(self.most) for _ in array.shape)]
        about = {"name": name, "role": role, "shape": array.shape}
        return about | {"values": shown, "cut": shown.shape != array.shape}


def forward_formula(kind: str, bias: bool) -> str:
    """What a kind of layer computes; a Linear layer with a bias or without."""
    formula, _ = FORWARD[kind]
    return formula if bias or kind != "Linear" else formula.removesuffix(" + b")


BUFFERS = {"momentum_buffer": "v", "exp_avg": "m", "exp_avg_sq": "v"}


def update_formula(setup: Setup) -> str:
    """The update of one weight."""
    decay = setup.weight_decay
    if setup.optimizer == "sgd":
        coupled = "g ← g + λ W,  " if decay else ""
        if not setup.momentum:
            return f"{coupled}W ← W - η g"
        change = "(g + μ v)" if setup.nesterov else "v"
        return f"{coupled}v ← μ v + g,  W ← W - η {change}"
    first = {"adam": "g ← g + λ W,  ", "adamw": "W ← W - η λ W,  "}[setup.optimizer]
    moments = "m ← β₁ m + (1 - β₁) g,  v ← β₂ v + (1 - β₂) g²,  W ← W - η m̂ / (sqrt(v̂) + ε)"
    return (first if decay else "") + moments
