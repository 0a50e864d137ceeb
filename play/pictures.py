"""What the page draws of a model between two steps: regions, units, histograms, dead units.

Everything is computed by the tier's own model in evaluation, and only while its training is held:
in training mode a forward pass would move batch normalization's averages, and between forward and
backward it would overwrite what backward needs. (The recorder switches back to training.)
"""

from typing import Any

import numpy as np
from jaxtyping import Float, Int

from activations_numpy import ACTIVATIONS
from common.configuration import Configuration
from common.diagnosis import to_array
from common.examples import targets
from optimizers_numpy import gradient_norm
from play.limits import Setup
from play.plane import raster
from play.responses import pack
from play.training import Training
from tiers import TIERS

REGION_SIDE = 96
UNIT_STEP = 3  # a unit's picture has every third cell
HISTOGRAM_BINS = 20
LARGEST_DRAWN = 1e30  # a model that computes such numbers is about to diverge
DEAD_DERIVATIVE = 1e-6  # a unit whose derivative is no larger for any point is dead

Layers = dict[str, np.ndarray]


def layers_of(setup: Configuration) -> list[tuple[str, str, str]]:
    """Name, kind and label of each layer, in the order of the forward pass, of any tier."""
    kinds = ["Linear"]
    for _ in setup.hidden:
        norm, dropout = ["BatchNorm1d"] * setup.batch_norm, ["Dropout"] * bool(setup.dropout)
        kinds[-1:] = ["Linear", *norm, "Activation", *dropout, "Linear"]
    return [
        (f"layers.{i}", kind, f"{kind} {kinds[: i + 1].count(kind)}")
        for i, kind in enumerate(kinds)
    ]


def hidden_layers(setup: Configuration) -> list[tuple[str, str]]:
    """Name and label of the activations, whose outputs are the hidden units."""
    names = [name for name, kind, _ in layers_of(setup) if kind == "Activation"]
    return [(name, f"hidden layer {i}") for i, name in enumerate(names, start=1)]


def evaluated(model: Any, X: Float[np.ndarray, "n d"]) -> Layers:
    """Each layer's output for these examples, in evaluation, as arrays by the layer's name."""
    own = next(iter(model.state_dict().values()))
    model.eval()
    # A model that is about to diverge overflows here; what is not finite is not drawn.
    with np.errstate(over="ignore", invalid="ignore"):
        if not hasattr(own, "new_tensor"):
            return dict(model.outputs(X.astype(own.dtype)))
        import torch

        with torch.no_grad():
            return {name: to_array(output) for name, output in model.outputs(own.new_tensor(X))}


def probabilities(tier: str, loss: str, logits: Float[np.ndarray, "n k"]) -> np.ndarray:
    """The probability of each class, (n, classes); the outputs themselves for the squared error.

    The tier's own loss tells them: its gradient with respect to the logits is (p - t) / n.
    """
    if loss == "mean-squared-error":
        return logits
    n, outputs = logits.shape
    expected = targets(np.zeros(n, np.int64), loss, outputs, str(logits.dtype))
    function = TIERS[tier].module("train").LOSSES[loss]
    with np.errstate(over="ignore", invalid="ignore"):
        if tier == "numpy":
            _, gradient = function(logits, expected)
        else:
            import torch

            leaf = torch.tensor(logits, requires_grad=True)
            function(leaf, torch.from_numpy(expected)).backward()
            gradient = to_array(leaf.grad)
    found = gradient * n
    if outputs == 1:
        return np.concatenate([1 - found, found], axis=1)
    found[:, 0] += 1  # the target was class 0 throughout
    return found


def predicted(tier: str, logits: Float[np.ndarray, "n k"]) -> Int[np.ndarray, " n"]:
    """The class of each row, by the tier's own rule."""
    predict = TIERS[tier].module("train").predict
    if tier == "numpy":
        return predict(logits)
    import torch

    return to_array(predict(torch.from_numpy(logits)))


def draw(training: Training, tier: str, shown: bool) -> dict[str, Any]:
    """The regions of one tier's model, and, where it is shown, all else that is drawn of it.

    Returns:
        Nothing where the model gives a number that is not finite, or nearly so.
    """
    setup, trainee = training.setup, training.trainees[tier]
    plane, points = raster(REGION_SIDE, training.extent), training.dataset.train.images
    outputs = evaluated(trainee.model, np.concatenate([plane, points]) if shown else plane)
    # Not so for NaN either.
    if not all(np.abs(output).max() < LARGEST_DRAWN for output in outputs.values()):
        return {}
    last = layers_of(setup)[-1][0]
    drawn: dict[str, Any] = {"regions": _regions(tier, setup.loss, outputs[last][: len(plane)])}
    if shown:
        names = hidden_layers(setup)
        of_points = {name: outputs[name][len(plane) :] for name, _ in names}
        drawn["units"] = [
            _units(name, label, outputs[name][: len(plane)])
            for name, label in [*names, (last, "output")]
        ]
        drawn["histograms"] = [_histogram(name, label, of_points[name]) for name, label in names]
        drawn["dead"] = [_dead(name, label, of_points[name], setup) for name, label in names]
        drawn["weights"] = _weights(trainee.model)
    return drawn


def _regions(tier: str, loss: str, logits: np.ndarray) -> dict[str, Any]:
    classes = predicted(tier, logits)
    certain = probabilities(tier, loss, logits)[np.arange(len(classes)), classes]
    shape = REGION_SIDE, REGION_SIDE
    confidence = np.rint(np.clip(certain, 0, 1) * 255)
    return {
        "classes": pack(classes.reshape(shape), "uint8"),
        "confidence": pack(confidence.reshape(shape), "uint8"),
    }


def _units(name: str, label: str, outputs: np.ndarray) -> dict[str, Any]:
    low, high = float(outputs.min()), float(outputs.max())
    grey = np.zeros_like(outputs)
    if high - low > _rounding(low, high):
        grey = np.rint((outputs - low) / (high - low) * 255)
    pictures = grey.T.reshape(-1, REGION_SIDE, REGION_SIDE)[:, 1::UNIT_STEP, 1::UNIT_STEP]
    about = {"layer": name, "label": label, "width": len(pictures), "low": low, "high": high}
    return about | {"pictures": pack(pictures, "uint8")}


def _rounding(low: float, high: float) -> float:
    """Numbers of this size that lie no farther apart differ by rounding."""
    return 1e-6 * max(abs(low), abs(high))


def _histogram(name: str, label: str, activations: np.ndarray) -> dict[str, Any]:
    low, high = float(activations.min()), float(activations.max())
    if high - low <= _rounding(low, high):  # one bar in the middle
        low, high = low - 0.5, high + 0.5
    counts, _ = np.histogram(activations.astype(float), HISTOGRAM_BINS, (low, high))
    return {"layer": name, "label": label, "low": low, "high": high, "counts": counts}


def _dead(name: str, label: str, activations: np.ndarray, setup: Setup) -> dict[str, Any]:
    """The units that pass next to no gradient on for any training point, off or saturated."""
    _, derivative = ACTIVATIONS[setup.activation]
    units = np.flatnonzero((derivative(activations) <= DEAD_DERIVATIVE).all(axis=0))
    about = {"layer": name, "label": label, "width": activations.shape[1]}
    return about | {"count": len(units), "units": units}


def _weights(model: Any) -> list[dict[str, Any]]:
    buffers = ("running_mean", "running_var", "num_batches_tracked")
    return [
        {"name": name, "values": pack(to_array(array), "float32")}
        for name, array in model.state_dict().items()
        if not name.endswith(buffers)
    ]


def gradient_norms(training: Training, tier: str) -> list[dict[str, Any]]:
    """The norm of the last step's gradient in each layer that has parameters."""
    if not training.step:
        return []
    gradients = training.trainees[tier].model.gradients()
    norms = []
    for name, _, label in layers_of(training.setup):
        own: Layers = {
            key: to_array(g) for key, g in gradients.items() if key.startswith(f"{name}.")
        }
        if own:
            with np.errstate(over="ignore"):
                norms.append({"layer": name, "label": label, "norm": gradient_norm(own)})
    return norms


def at_point(training: Training, tier: str, x: float, y: float) -> dict[str, Any]:
    """What each layer makes of one point."""
    outputs = evaluated(training.trainees[tier].model, np.array([[x, y]]))
    layers = [
        {"layer": name, "label": _formula(kind, label), "values": outputs[name][0]}
        for name, kind, label in layers_of(training.setup)
    ]
    logits = outputs[layers[-1]["layer"]]
    if not np.isfinite(logits).all():
        return {"x": x, "y": y, "class": None, "probabilities": [], "layers": layers}
    squared = training.setup.loss == "mean-squared-error"
    return {
        "x": x,
        "y": y,
        "class": int(predicted(tier, logits)[0]),
        "probabilities": probabilities(tier, training.setup.loss, logits)[0],
        "probabilities_label": "outputs (not probabilities)" if squared else "probabilities",
        "layers": layers,
    }


FORMULAS = {
    "Linear": "Z = X Wᵀ + b",
    "BatchNorm1d": "Y = γ (X - μ) / sqrt(σ² + ε) + β",
    "Activation": "A = f(Z)",
    "Dropout": "Y = X ⊙ M",
}


def _formula(kind: str, label: str) -> str:
    return f"{label}: {FORMULAS[kind]}"
