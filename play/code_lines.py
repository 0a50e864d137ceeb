"""The lines of a tier's own files that compute each part of a step, as they are today.

They are found by name, as the snippets in docs/side_by_side.md are.
"""

import ast
from functools import cache
from typing import Any

from common.cli.snippets import find_snippet
from common.runs.options import REPOSITORY

MAX_LINES = 18  # of a function that is shown whole
CONTEXT = 3  # lines shown before and after those that compute, where it is longer

# What computes: the file, the name in it, and how the lines that compute begin.
Place = tuple[str, str, tuple[str, ...]]

NUMPY_LAYERS, NUMPY_LOSSES = "numpy/layers_numpy.py", "numpy/losses_numpy.py"
NUMPY_OPTIMIZERS, NUMPY_TRAIN = "numpy/optimizers_numpy.py", "numpy/train_numpy.py"
LOW_LAYERS, LOW_LOSSES = (
    "pytorch_lowlevel/layers_lowlevel.py",
    "pytorch_lowlevel/losses_lowlevel.py",
)
LOW_OPTIMIZERS = "pytorch_lowlevel/optimizers_lowlevel.py"
LOW_TRAIN = "pytorch_lowlevel/train_lowlevel.py"
PAPER_MODEL, PAPER_TRAIN = "paper/mlp_paper.py", "paper/train_paper.py"

LOSS_FUNCTIONS = {
    "softmax-cross-entropy": "softmax_cross_entropy",
    "sigmoid-cross-entropy": "sigmoid_cross_entropy",
    "mean-squared-error": "mean_squared_error",
}
LOSS_LINES = {
    "softmax-cross-entropy": (
        "shifted =",
        "exp =",
        "total =",
        "loss =",
        "label_logits =",
        "return",
    ),
    "sigmoid-cross-entropy": ("losses =", "return"),
    "mean-squared-error": ("difference =", "return"),
}
OPTIMIZERS = {"sgd": "SGD", "adam": "Adam", "adamw": "AdamW"}


def place(tier: str, phase: str, kind: str, options: Any, first: bool, last: bool) -> Place:
    """Where a tier computes one stage of a step.

    Args:
        phase: forward, loss, backward, clip or update.
        kind: of the layer: Linear, BatchNorm1d, Activation, Dropout.
        options: the configuration.
        first: the layer is the one that takes the points.
        last: the layer is the one that gives the logits.
    """
    bias = last or not options.batch_norm
    match tier, phase:
        case "numpy", "forward":
            return _numpy_forward(kind, bias)
        case "numpy", "backward":
            return _numpy_backward(kind, bias, first)
        case "lowlevel", "forward":
            return _lowlevel_forward(kind, bias)
        case "paper", "forward":
            return PAPER_MODEL, "MLP.__init__", _paper_layer(kind, last)
        case _, "loss":
            return _loss(tier, options.loss)
        case _, "backward":
            return _train(tier), "train_steps", ("loss.backward()",)
        case "paper", "clip":
            return PAPER_TRAIN, "train_steps", ("clip_grads_with_norm_(",)
        case _, "clip":
            return (
                _optimizers(tier),
                "clip_gradient_norm",
                ("scale =", "gradient *=", "gradient.mul_"),
            )
        case "paper", "update":
            return PAPER_TRAIN, "train_steps", ("optimizer.step(",)
        case _, "update":
            return _update(tier, options)
    raise ValueError(f"{tier} has no {phase}")


def _train(tier: str) -> str:
    return {"numpy": NUMPY_TRAIN, "lowlevel": LOW_TRAIN, "paper": PAPER_TRAIN}[tier]


def _optimizers(tier: str) -> str:
    return NUMPY_OPTIMIZERS if tier == "numpy" else LOW_OPTIMIZERS


def _numpy_forward(kind: str, bias: bool) -> Place:
    lines = {
        "Linear": ("Z =", *["Z +="] * bias),
        "BatchNorm1d": (
            "mean =",
            "centred =",
            "variance =",
            "self.inverse_deviation =",
            "self.normalized =",
            "return self.weight * self.normalized",
        ),
        "Activation": ("self.A =",),
        "Dropout": ("self.mask =", "return X * self.mask"),
    }
    return NUMPY_LAYERS, f"{kind}.forward", lines[kind]


def _numpy_backward(kind: str, bias: bool, first: bool) -> Place:
    lines = {
        "Linear": (
            "np.matmul(",
            *["self.grad_b ="] * bias,
            "return None" if first else "return grad_Z @",
        ),
        "BatchNorm1d": ("self.grad_weight =", "self.grad_bias =", "grad_X =", "return grad_X"),
        "Activation": ("return grad_A",),
        "Dropout": ("return grad_Y",),
    }
    return NUMPY_LAYERS, f"{kind}.backward", lines[kind]


def _lowlevel_forward(kind: str, bias: bool) -> Place:
    lines = {
        "Linear": ("return torch.addmm(" if bias else "return X @",),
        "BatchNorm1d": ("mean, variance = X.mean", "return self.weight"),
        "Activation": ("return self.function",),
        "Dropout": ("return X *",),
    }
    return LOW_LAYERS, f"{kind}.forward", lines[kind]


def _paper_layer(kind: str, last: bool) -> tuple[str, ...]:
    calls = {
        "Linear": "nn.Linear(d_in, d_out))" if last else "nn.Linear(d_in, d_out, ",
        "BatchNorm1d": "nn.BatchNorm1d(",
        "Activation": "ACTIVATIONS[",
        "Dropout": "nn.Dropout(",
    }
    return (f"layers.append({calls[kind]}",)


def _loss(tier: str, loss: str) -> Place:
    if tier == "paper":
        if loss == "mean-squared-error":
            return PAPER_TRAIN, "mean_squared_error", ("return",)
        return PAPER_TRAIN, "LOSSES", (f'"{loss}"',)
    file = NUMPY_LOSSES if tier == "numpy" else LOW_LOSSES
    return file, LOSS_FUNCTIONS[loss], LOSS_LINES[loss]


def _update(tier: str, options: Any) -> Place:
    file, changes = _optimizers(tier), ("parameter -=", "parameter.sub_(", "parameter.addcdiv_(")
    if options.optimizer == "sgd":
        decay = ("gradient = gradient + self.weight_decay",) if options.weight_decay else ()
        momentum = ("velocity", "gradient = gradient + self.momentum") if options.momentum else ()
        return file, "SGD.update", (*decay, *momentum, *changes)
    moments = ("m *=", "m +=", "v *=", "v +=", "m.mul_", "v.mul_", "denominator =")
    return file, "Adam.update_by_moments", (*moments, *changes)


@cache
def code(found: Place) -> dict[str, Any]:
    """A place's lines, each with its number and whether it computes.

    Raises:
        KeyError: where no line begins as the place says.
    """
    file, name, beginnings = found
    lines = find_snippet(REPOSITORY / file, name).lines
    computing = _computing(lines, beginnings, _statements(file))
    if not computing:
        raise KeyError(f"{file}: no line of {name} begins with {' or '.join(beginnings)}")
    if len(lines) > MAX_LINES:
        first, last = min(computing) - CONTEXT, max(computing) + CONTEXT
        lines = {number: text for number, text in lines.items() if first <= number <= last}
    indent = min(len(text) - len(text.lstrip()) for text in lines.values() if text.strip())
    return {
        "file": file,
        "name": name,
        "lines": [
            {"number": number, "text": text[indent:], "computed": number in computing}
            for number, text in lines.items()
        ],
    }


@cache
def _statements(file: str) -> dict[int, int]:
    """The last line of each statement, by its first."""
    tree = ast.parse((REPOSITORY / file).read_text(encoding="utf-8"))
    simple = (ast.Assign, ast.AugAssign, ast.Return, ast.Expr)
    return {n.lineno: n.end_lineno or n.lineno for n in ast.walk(tree) if isinstance(n, simple)}


def _computing(
    lines: dict[int, str], beginnings: tuple[str, ...], statements: dict[int, int]
) -> set[int]:
    found: set[int] = set()
    for number, text in lines.items():
        if text.strip().startswith(beginnings):
            found |= set(range(number, statements.get(number, number) + 1))
    return found
