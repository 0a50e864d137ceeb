"""What the page builds its controls from: each option's label, explanation, limits and choices.

The limits are those at the fields of `Setup`, so that they stand in one place.
"""

import math
from collections.abc import Mapping
from typing import Any, Literal, get_args, get_origin

import numpy as np

from common.configuration import LEARNING_RATES
from data.points import POINT_SETS, draw_points
from play.encoding import pack
from play.limits import EXTENT, MAX_LAYERS, MAX_POINTS, MIN_OWN_POINTS, Setup
from tiers import TIERS

GROUPS = {
    "data": "More data options",
    "network": "More network options",
    "training": "More training options",
    "tier": "Tier",
}
SPEEDS = {1: "slow", 4: "normal", 100: "fast"}  # minibatches per frame
DEFAULT_SPEED = 4
RATES = [round(m * 10.0**e, 5) for e in range(-4, 1) for m in (1, 2, 3, 5)] + [10.0, 100.0, 1000.0]

# Of each field: its group, its label, and what it does.
FIELDS = {
    "dataset": (
        "data",
        "Data",
        "The points to classify. Your own points begin with an empty plane.",
    ),
    "count": (
        "data",
        "Points",
        "Number of training points. Another 200 are for validation, 1,000 for the test at the end.",
    ),
    "noise": (
        "data",
        "Noise",
        "How far points stray. If classes overlap, no network can classify all points correctly.",
    ),
    "classes": ("data", "Classes", "Your own points can have 2, 3 or 4 classes."),
    "points": (
        "data",
        "Your own points",
        "Points that you add. The network is trained on them, too.",
    ),
    "hidden": (
        "network",
        "Hidden layers",
        "Units in each hidden layer. Without a hidden layer, the boundary is a straight line.",
    ),
    "activation": (
        "network",
        "Activation",
        "The nonlinear function of each hidden unit. Without it, many layers do no more than one.",
    ),
    "initializer": (
        "network",
        "Initial weights",
        "Distribution of the initial weights. If it suits the activation, activations and gradients"
        " have about the same size in all layers.",
    ),
    "batch_norm": (
        "network",
        "Batch normalization",
        "Normalizes each pre-activation over the minibatch, then scales and shifts it.",
    ),
    "dropout": (
        "network",
        "Dropout",
        "Probability that a hidden activation is set to 0 in a training step. The pictures show the"
        " network without dropout.",
    ),
    "seed": (
        "network",
        "Seed",
        "Determines the initial weights, the minibatches and the dropout masks. The same seed gives"
        " the same training, digit for digit.",
    ),
    "dtype": (
        "network",
        "Precision",
        "Numbers have about 7 digits in float32, about 16 in float64.",
    ),
    "loss": ("training", "Loss", "What training minimizes: how wrong the outputs are."),
    "optimizer": ("training", "Optimizer", "How the gradient changes the weights."),
    "learning_rate": (
        "training",
        "Learning rate",
        "The size of each step. If it is too small, training is slow; if it is too large, training"
        " diverges. You can change it during training.",
    ),
    "momentum": (
        "training",
        "Momentum",
        "The fraction of the last step that is added to this one.",
    ),
    "nesterov": (
        "training",
        "Nesterov",
        "Looks ahead: takes the gradient as if momentum's step had been taken already.",
    ),
    "weight_decay": (
        "training",
        "Weight decay",
        "Pulls the weights towards 0, which makes the decision boundary smoother.",
    ),
    "clip_norm": (
        "training",
        "Clipping",
        "Scales the gradient down to this norm if it is larger: a remedy for exploding gradients.",
    ),
    "schedule": ("training", "Schedule", "How the learning rate changes during training."),
    "warmup": (
        "training",
        "Warm-up",
        "The fraction of all steps in which the learning rate rises.",
    ),
    "decay_factor": ("training", "Decay factor", "The learning rate is multiplied by this factor."),
    "decay_epochs": ("training", "Decay interval", "Epochs from one decay to the next."),
    "batch_size": (
        "training",
        "Minibatch size",
        "Points per step. With few, steps are noisy; with many, each step is slow.",
    ),
    "epochs": (
        "training",
        "Epochs",
        "Passes over the training points. Schedules end with the last one.",
    ),
    "tier": (
        "tier",
        "Tier",
        "Which implementation trains, or all three in lockstep, with the same weights, minibatches"
        " and masks.",
    ),
}

# Labels and meanings of choices, where the value alone says too little.
CHOICES = {
    "xor": (
        "XOR",
        "four clusters; the class is whether the signs differ: no straight line separates them",
    ),
    "moons": ("moons", "two interleaving half circles"),
    "circles": ("circles", "one class inside the other"),
    "spiral": ("spiral", "two arms of one and a half turns each"),
    "own": ("your own", "only the points that you add"),
    "identity": ("identity", "A = Z: the network is linear"),
    "relu": ("ReLU", "A = max(Z, 0)"),
    "sigmoid": ("sigmoid", "A = 1 / (1 + exp(-Z))"),
    "tanh": ("tanh", "A = tanh Z"),
    "softsign": ("softsign", "A = Z / (1 + |Z|)"),
    "lecun-normal": ("LeCun normal", "standard deviation sqrt(1 / in)"),
    "xavier-normal": ("Xavier normal", "standard deviation sqrt(2 / (in + out))"),
    "he-normal": ("He normal", "standard deviation sqrt(2 / in), for ReLU"),
    "standard-uniform": ("standard uniform", "from -sqrt(1 / in) to sqrt(1 / in)"),
    "xavier-uniform": ("Xavier uniform", "from -sqrt(6 / (in + out)) to sqrt(6 / (in + out))"),
    "zeros": ("zeros", "all equal: the units of a layer then stay equal forever"),
    "softmax-cross-entropy": (
        "softmax cross-entropy",
        "-log of the probability of the correct class",
    ),
    "sigmoid-cross-entropy": ("sigmoid cross-entropy", "the same for 2 classes, with one output"),
    "mean-squared-error": (
        "squared error",
        "squared distance of the outputs from the one-hot targets",
    ),
    "sgd": ("SGD", "steps against the gradient, with momentum"),
    "adam": ("Adam", "each weight has a step size of its own"),
    "adamw": ("AdamW", "Adam with weight decay decoupled from the gradient"),
    "constant": ("constant", "the same in every step"),
    "step": ("steps", "multiplied by the factor after each interval"),
    "exponential": ("exponential", "multiplied by the factor over each epoch, smoothly"),
    "cosine": ("cosine", "falls along half a cosine"),
    "warmup-cosine": ("warm-up, then cosine", "rises linearly, then falls along half a cosine"),
    "warmup-linear": ("warm-up, then linear", "rises linearly, then falls linearly"),
    "one-cycle": ("one cycle", "rises, then falls, each along half a cosine"),
    "float32": ("float32", "the default: fast, with visible rounding errors"),
    "float64": ("float64", "for proofs: at first the tiers differ in the last digits alone"),
    "numpy": ("1 NumPy", "the backward pass is written by hand"),
    "lowlevel": ("2 raw tensors", "autograd computes the backward pass"),
    "paper": ("3 nn.Module", "PyTorch's own layers and optimizers"),
    "all": ("all three", "in lockstep, with their drift"),
}

NEEDS = {
    "count": {"dataset": list(POINT_SETS)},
    "noise": {"dataset": list(POINT_SETS)},
    "momentum": {"optimizer": ["sgd"]},
    "nesterov": {"optimizer": ["sgd"]},
    "warmup": {"schedule": ["warmup-cosine", "warmup-linear", "one-cycle"]},
    "decay_factor": {"schedule": ["step", "exponential"]},
    "decay_epochs": {"schedule": ["step"]},
}
SUGGESTIONS: dict[str, list[float]] = {
    "count": [20, 50, 100, 200, 500, 1_000, 2_000],
    "noise": [0, 0.05, 0.1, 0.2, 0.3, 0.5, 1],
    "learning_rate": RATES,
    "dropout": [0, 0.1, 0.2, 0.3, 0.5, 0.8],
    "momentum": [0, 0.5, 0.9, 0.95, 0.99],
    "weight_decay": [0, 1e-4, 1e-3, 1e-2, 0.1, 1],
    "clip_norm": [0.1, 0.5, 1, 5],
    "warmup": [0, 0.1, 0.3, 0.5],
    "decay_factor": [0.1, 0.5, 0.9, 0.99],
    "decay_epochs": [1, 5, 10, 50],
    "batch_size": [1, 4, 8, 16, 32, 64, 128, 256, 1_000],
    "epochs": [10, 50, 100, 200, 500, 1_000],
}
RATE_OF = " and ".join(f"{rate} for {name}" for name, rate in LEARNING_RATES.items())
NULL_LABELS = {
    "noise": "the set's own",
    "clip_norm": "none",
    "learning_rate": f"the optimizer's default: {RATE_OF}",
}


# Set-ups to try: label, what is to be seen, the chart beside the loss, and the options.
PRESETS: list[tuple[str, str, str, dict[str, Any]]] = [
    (
        "one line is not enough",
        "Without a hidden layer the boundary is one straight line, and no line separates XOR's"
        " classes. Add a hidden layer.",
        "accuracy",
        {"dataset": "xor", "hidden": []},
    ),
    (
        "overfits",
        "32 + 32 units learn 40 noisy points by rote: the training loss falls to 0, the validation"
        " loss rises.",
        "accuracy",
        {
            "dataset": "moons",
            "count": 40,
            "noise": 0.4,
            "hidden": [32, 32],
            "optimizer": "adam",
            "learning_rate": 0.01,
            "epochs": 500,
        },
    ),
    (
        "gradients vanish",
        "Six layers of sigmoids: each passes back a fraction of the gradient, so the first layer's"
        " is over 10,000 times smaller than the last one's. Choose ReLU and He normal weights.",
        "gradients",
        {
            "dataset": "circles",
            "hidden": [8] * 6,
            "activation": "sigmoid",
            "initializer": "standard-uniform",
        },
    ),
    (
        "dead units",
        "The learning rate is too high: large steps push ReLUs to where they output 0 for every"
        " point, and they stay there. Try 0.05 and press Reset.",
        "activations",
        {"dataset": "circles", "hidden": [8, 8], "learning_rate": 0.5},
    ),
    (
        "three tiers drift",
        "The same training three times. Rounding alone makes the weights differ, by 10⁻⁷ at first;"
        " chaotic training amplifies it to the size of the weights within some thousand steps.",
        "drift",
        {"dataset": "spiral", "tier": "all"},
    ),
]
THUMBNAIL_POINTS = 90


def controls() -> dict[str, Any]:
    """The answer to GET /api/options."""
    return {
        "extent": EXTENT,
        "tiers": [{"name": tier.name, "title": tier.title} for tier in TIERS.values()],
        "groups": [{"name": name, "label": label} for name, label in GROUPS.items()],
        "fields": [_field(name) for name in FIELDS],
        "sets": {name: _thumbnail(name) for name in POINT_SETS},
        "presets": [
            {"label": label, "sentence": sentence, "chart": chart, "values": values}
            for label, sentence, chart, values in PRESETS
        ],
        "default_speed": DEFAULT_SPEED,
        "speeds": [{"value": steps, "label": label} for steps, label in SPEEDS.items()],
    }


def _thumbnail(name: str) -> dict[str, Any]:
    """Some points of a set."""
    point_set = POINT_SETS[name]
    points, labels = draw_points(name, THUMBNAIL_POINTS, point_set.noise, point_set.seed)
    centred = points - (points.max(axis=0) + points.min(axis=0)) / 2
    return {
        "points": pack(centred, "float32"),
        "labels": pack(labels, "uint8"),
        "extent": 1.1 * float(np.abs(centred).max()),
    }


def _field(name: str) -> dict[str, Any]:
    group, label, explanation = FIELDS[name]
    info = Setup.option_fields()[name]
    field: dict[str, Any] = {
        "name": name,
        "group": group,
        "label": label,
        "explanation": explanation,
        "default": info.default,
        "live": name == "learning_rate",
        "optional": name in NULL_LABELS,
    }
    if name in NULL_LABELS:
        field["null_label"] = NULL_LABELS[name]
    if name in NEEDS:
        field["needs"] = NEEDS[name]
    if name in SUGGESTIONS:
        field["suggestions"] = SUGGESTIONS[name]
    return field | _kind(name, info.type, info.metadata)


def _kind(name: str, annotation: Any, limits: Mapping[str, int | float]) -> dict[str, Any]:
    if get_origin(annotation) is Literal:
        named = [(value, *CHOICES.get(value, (value, ""))) for value in get_args(annotation)]
        choices = [{"value": v, "label": label, "explanation": e} for v, label, e in named]
        return {"kind": "choice", "choices": choices}
    if name == "points":
        return {"kind": "points", "minimum_length": MIN_OWN_POINTS, "maximum_length": MAX_POINTS}
    if name == "hidden":
        return {"kind": "widths", "maximum_length": MAX_LAYERS} | _limits(limits)
    if annotation is bool:
        return {"kind": "switch"}
    return {"kind": "integer" if annotation is int else "number"} | _limits(limits)


def _limits(limits: Mapping[str, int | float]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, limit in limits.items():
        match name:
            case "ge":
                found["minimum"] = limit
            case "gt":
                found |= {"minimum": limit, "above_minimum": True}
            case "le":
                found["maximum"] = limit
            case "lt" if math.isfinite(limit):
                found |= {"maximum": limit, "below_maximum": True}
    return found
