"""What the page builds its controls from: each option's label, explanation, limits and choices.

The limits are those at the fields of `Setup`, so that they stand in one place.
"""

from importlib.util import find_spec
from typing import Any, Literal, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt

from common.configuration import LEARNING_RATES
from data.points import POINT_SETS
from play.limits import EXTENT, MOST_LAYERS, MOST_POINTS, Setup
from play.training import TORCH_REMEDY
from tiers import TIERS

GROUPS = {"data": "Data", "network": "Network", "training": "Training", "tier": "Tier"}
SPEEDS = {1: "1 minibatch a picture", 10: "10 minibatches a picture", 100: "as fast as it goes"}
DEFAULT_SPEED = 10
RATES = [round(m * 10.0**e, 5) for e in range(-4, 1) for m in (1, 2, 3, 5)] + [10.0, 100.0, 1000.0]

# Of each field: its group, its label, and what it does.
FIELDS = {
    "dataset": ("data", "Points", "What the network learns to tell apart."),
    "count": (
        "data",
        "How many",
        "Training points. 200 more are for validation, and 1,000 for the test at the end.",
    ),
    "noise": (
        "data",
        "Noise",
        "How far a point strays from its place. With much of it, no network can be right on all.",
    ),
    "classes": ("data", "Classes", "Your own points can belong to 2, 3 or 4 classes."),
    "points": ("data", "Own points", "Points that you set. They are trained on like the others."),
    "hidden": (
        "network",
        "Hidden layers",
        "Units in each hidden layer. Without one, the boundary is a straight line.",
    ),
    "activation": (
        "network",
        "Activation",
        "Bends what a hidden layer computes. Without it, many layers are worth one.",
    ),
    "initializer": (
        "network",
        "Initial weights",
        "Distribution of the initial weights. Suited to the activation, it keeps activations and"
        " gradients of about the same size in all layers.",
    ),
    "batch_norm": (
        "network",
        "Batch normalization",
        "Centres and scales each pre-activation over the minibatch, before the activation.",
    ),
    "dropout": (
        "network",
        "Dropout",
        "Share of hidden activations set to 0 at random in each training step. Pictures show the"
        " network without it.",
    ),
    "seed": (
        "network",
        "Seed",
        "Decides initial weights, order of the minibatches and dropout. The same seed gives the"
        " same training, digit by digit.",
    ),
    "dtype": (
        "network",
        "Precision",
        "float32 keeps about 7 digits of a number, float64 about 16.",
    ),
    "loss": ("training", "Loss", "What training makes small: how wrong the outputs are."),
    "optimizer": ("training", "Optimizer", "How a gradient becomes a change of the weights."),
    "learning_rate": (
        "training",
        "Learning rate",
        "How large a step is. Too small, and nothing moves; too large, and training diverges. It"
        " can be changed while training runs.",
    ),
    "momentum": (
        "training",
        "Momentum",
        "Share of the last step that is added to this one.",
    ),
    "nesterov": (
        "training",
        "Nesterov",
        "Takes the gradient as if momentum's step had been made already.",
    ),
    "weight_decay": (
        "training",
        "Weight decay",
        "Pulls the weights towards 0, which makes the boundary smoother.",
    ),
    "clip_norm": (
        "training",
        "Clipping",
        "A gradient longer than this is shortened to it: a remedy where training explodes.",
    ),
    "schedule": ("training", "Schedule", "The course of the learning rate over the training."),
    "warmup": ("training", "Rise", "Share of all steps in which the learning rate rises."),
    "decay_factor": ("training", "Decay factor", "What the learning rate is multiplied by."),
    "decay_epochs": ("training", "Decay every", "Epochs from one decay to the next."),
    "batch_size": (
        "training",
        "Minibatch",
        "Points in one step. Few make the steps noisy, many make each step slow.",
    ),
    "epochs": ("training", "Epochs", "Passes over all points. Schedules reach their end with it."),
    "tier": (
        "tier",
        "Who computes",
        "One of the three versions, or all in lockstep: same weights, minibatches and masks.",
    ),
}

# Labels and meanings of choices, where the value alone says too little.
CHOICES = {
    "xor": ("XOR", "four clusters, equal signs against unequal: no straight line parts them"),
    "moons": ("moons", "two half circles that reach into each other"),
    "circles": ("circles", "one class inside the other"),
    "spiral": ("spiral", "two arms, wound one and a half times"),
    "own": ("own points", "only the points that you set"),
    "identity": ("identity", "A = Z: the network stays linear"),
    "relu": ("ReLU", "A = max(Z, 0)"),
    "sigmoid": ("sigmoid", "A = 1 / (1 + exp(-Z))"),
    "tanh": ("tanh", "A = tanh Z"),
    "softsign": ("softsign", "A = Z / (1 + |Z|)"),
    "lecun-normal": ("LeCun normal", "standard deviation sqrt(1 / in)"),
    "xavier-normal": ("Xavier normal", "standard deviation sqrt(2 / (in + out))"),
    "he-normal": ("He normal", "standard deviation sqrt(2 / in), for ReLU"),
    "standard-uniform": ("standard uniform", "from -sqrt(1 / in) to sqrt(1 / in)"),
    "xavier-uniform": ("Xavier uniform", "up to sqrt(6 / (in + out)) either way"),
    "zeros": ("zeros", "all alike: the units of a layer stay equal for ever"),
    "softmax-cross-entropy": ("softmax cross-entropy", "-log of the right class's probability"),
    "sigmoid-cross-entropy": ("sigmoid cross-entropy", "the same for 2 classes, with one output"),
    "mean-squared-error": ("squared error", "squared distance of the outputs from 0 and 1"),
    "sgd": ("SGD", "a share of the gradient, with momentum"),
    "adam": ("Adam", "each weight with a step size of its own"),
    "adamw": ("AdamW", "Adam, with weight decay apart from the gradient"),
    "constant": ("constant", "always the same"),
    "step": ("steps", "multiplied by the factor every few epochs"),
    "exponential": ("exponential", "multiplied by the factor in each epoch, smoothly"),
    "cosine": ("cosine", "down along half a cosine"),
    "warmup-cosine": ("rise, then cosine", "up in a line, then down along half a cosine"),
    "warmup-linear": ("rise, then line", "up in a line, then down in a line"),
    "one-cycle": ("one cycle", "up and down along half cosines"),
    "float32": ("float32", "the default: fast, and rounding shows"),
    "float64": ("float64", "for proofs: the tiers differ in the last digits alone at first"),
    "numpy": ("tier 1: NumPy", "the backward pass written by hand"),
    "lowlevel": ("tier 2: raw tensors", "autograd takes the backward pass"),
    "paper": ("tier 3: nn.Module", "PyTorch's layers and optimizers"),
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
    "learning_rate": f"the optimizer's own: {RATE_OF}",
}


def controls() -> dict[str, Any]:
    """The answer to GET /api/options."""
    return {
        "extent": EXTENT,
        "torch": find_spec("torch") is not None,
        "torch_remedy": TORCH_REMEDY,
        "tiers": [
            {"name": tier.name, "title": tier.title, "needs_torch": tier.name != "numpy"}
            for tier in TIERS.values()
        ],
        "groups": [{"name": name, "label": label} for name, label in GROUPS.items()],
        "fields": [_field(name) for name in FIELDS],
        "default_speed": DEFAULT_SPEED,
        "speeds": [{"value": steps, "label": label} for steps, label in SPEEDS.items()],
    }


def _field(name: str) -> dict[str, Any]:
    group, label, explanation = FIELDS[name]
    info = Setup.model_fields[name]
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
    return field | _kind(name, info.annotation, info.metadata)


def _kind(name: str, annotation: Any, metadata: list[Any]) -> dict[str, Any]:
    if get_origin(annotation) is Literal:
        named = [(value, *CHOICES.get(value, (value, ""))) for value in get_args(annotation)]
        choices = [{"value": v, "label": label, "explanation": e} for v, label, e in named]
        return {"kind": "choice", "choices": choices}
    if name == "points":
        return {"kind": "points", "maximum_length": MOST_POINTS}
    if name == "hidden":
        width = get_args(get_args(annotation)[0])[1].metadata
        return {"kind": "widths", "maximum_length": MOST_LAYERS} | _limits(width)
    if annotation is bool:
        return {"kind": "switch"}
    return {"kind": "integer" if annotation is int else "number"} | _limits(metadata)


def _limits(metadata: list[Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for limit in metadata:
        match limit:
            case Ge(value):
                found["minimum"] = value
            case Gt(value):
                found |= {"minimum": value, "above_minimum": True}
            case Le(value):
                found["maximum"] = value
            case Lt(value):
                found |= {"maximum": value, "below_maximum": True}
    return found
