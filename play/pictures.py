"""What the page draws of a model between two steps: regions, units, histograms, dead units.

Everything is computed by the tier's own model in evaluation: in training mode a forward pass would
move batch normalization's averages. (Each step switches the model back to training.)
"""

from typing import Any

import numpy as np
from jaxtyping import Float, Int

from activations_numpy import ACTIVATIONS
from common.diagnosis import to_array
from optimizers_numpy import gradient_norm
from play.encoding import pack
from play.limits import Setup
from play.plane import raster
from play.stages import forward_formula
from play.training import PageTraining
from tiers import TIERS

REGION_SIDE = 96
UNIT_STEP = 3  # a unit's picture has every third cell
HISTOGRAM_BINS = 20
KINDS = ("Linear", "BatchNorm1d", "Dropout")  # of layers, besides activations
LARGEST_DRAWN = 1e30  # a model that computes such numbers is about to diverge
DEAD_DERIVATIVE = 1e-6  # a unit whose derivative is no larger for any point is dead

Layers = dict[str, np.ndarray]


def layers_of(model: Any) -> list[tuple[str, str, str]]:
    """Name, kind and label of each layer of any tier's model, in the order of the forward pass."""
    kinds = [_kind(layer) for layer in model.layers]
    return [
        (f"layers.{i}", kind, f"{kind} {kinds[: i + 1].count(kind)}")
        for i, kind in enumerate(kinds)
    ]


def _kind(layer: Any) -> str:
    """Tier 3's activations are classes of their own, such as nn.ReLU."""
    names = (kind.__name__ for kind in type(layer).__mro__)
    return next((name for name in names if name in KINDS), "Activation")


def hidden_layers(model: Any) -> list[tuple[str, str]]:
    """Name and label of the activations, whose outputs are the hidden units."""
    names = [name for name, kind, _ in layers_of(model) if kind == "Activation"]
    return [(name, f"hidden layer {i}") for i, name in enumerate(names, start=1)]


def layer_outputs(model: Any, X: Float[np.ndarray, "n d"]) -> Layers:
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


def classify(
    tier: str, loss: str, logits: Float[np.ndarray, "n k"]
) -> tuple[Int[np.ndarray, " n"], Float[np.ndarray, "n classes"]]:
    """The class of each row and the probabilities of all, by the tier's own functions.

    For the squared error the outputs themselves stand in for probabilities.
    """
    train = TIERS[tier].module("train")
    own: Any = logits
    if tier != "numpy":
        import torch

        own = torch.from_numpy(logits)
    return to_array(train.predict(own)), to_array(train.probabilities(own, loss))


def draw(training: PageTraining, tier: str, shown: bool) -> dict[str, Any]:
    """The regions of one tier's model, and, where it is shown, all else that is drawn of it.

    Returns:
        Nothing where the model gives a number that is not finite, or nearly so.
    """
    setup, model = training.setup, training.tiers[tier].model
    plane, points = raster(REGION_SIDE, training.extent), training.dataset.train.images
    outputs = layer_outputs(model, np.concatenate([plane, points]) if shown else plane)
    # Not so for NaN either.
    if not all(np.abs(output).max() < LARGEST_DRAWN for output in outputs.values()):
        return {}
    last = layers_of(model)[-1][0]
    drawn: dict[str, Any] = {"regions": _regions(tier, setup.loss, outputs[last][: len(plane)])}
    if shown:
        names = hidden_layers(model)
        of_points = {name: outputs[name][len(plane) :] for name, _ in names}
        drawn["units"] = [
            _units(name, label, outputs[name][: len(plane)])
            for name, label in [*names, (last, "output")]
        ]
        drawn["histograms"] = [_histogram(name, label, of_points[name]) for name, label in names]
        drawn["dead"] = [_dead(name, label, of_points[name], setup) for name, label in names]
        drawn["weights"] = _weights(model)
    return drawn


def _regions(tier: str, loss: str, logits: np.ndarray) -> dict[str, Any]:
    classes, probabilities = classify(tier, loss, logits)
    certain = probabilities[np.arange(len(classes)), classes]
    shape = REGION_SIDE, REGION_SIDE
    confidence = np.rint(np.clip(certain, 0, 1) * 255)
    return {
        "classes": pack(classes.reshape(shape), "uint8"),
        "confidence": pack(confidence.reshape(shape), "uint8"),
    }


def _units(name: str, label: str, outputs: np.ndarray) -> dict[str, Any]:
    """Each unit's picture, a byte for each cell: 0 is the unit's lowest output, 255 its highest."""
    cells = outputs.reshape(REGION_SIDE, REGION_SIDE, -1)[1::UNIT_STEP, 1::UNIT_STEP]
    low, high = cells.min(axis=(0, 1)), cells.max(axis=(0, 1))
    spread = high - low
    differs = spread > _rounding(low, high)
    scale = np.divide(255, spread, out=np.zeros_like(spread), where=differs)
    pictures = np.rint((cells - low) * scale).transpose(2, 0, 1)
    about = {"layer": name, "label": label, "width": len(pictures), "low": low, "high": high}
    return about | {"pictures": pack(pictures, "uint8")}


def _rounding(low: Any, high: Any) -> Any:
    """Numbers of this size that lie no farther apart differ by rounding."""
    return 1e-6 * np.maximum(np.abs(low), np.abs(high))


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


def gradient_norms(training: PageTraining, tier: str) -> list[dict[str, Any]]:
    """The norm of the last step's gradient in each layer that has parameters."""
    if not training.step:
        return []
    model = training.tiers[tier].model
    gradients = model.gradients()
    norms = []
    for name, _, label in layers_of(model):
        own: Layers = {
            key: to_array(g) for key, g in gradients.items() if key.startswith(f"{name}.")
        }
        if own:
            with np.errstate(over="ignore"):
                norms.append({"layer": name, "label": label, "norm": gradient_norm(own)})
    return norms


def at_point(training: PageTraining, tier: str, x: float, y: float) -> dict[str, Any]:
    """What each layer computes for one point."""
    model, loss = training.tiers[tier].model, training.setup.loss
    outputs, parameters = layer_outputs(model, np.array([[x, y]])), model.state_dict()
    layers = [
        {
            "layer": name,
            "label": f"{label}: {forward_formula(kind, bias=f'{name}.bias' in parameters)}",
            "values": outputs[name][0],
        }
        for name, kind, label in layers_of(model)
    ]
    logits = outputs[layers[-1]["layer"]]
    if not np.isfinite(logits).all():
        return {"x": x, "y": y, "class": None, "probabilities": [], "layers": layers}
    (label,), (probabilities,) = classify(tier, loss, logits)
    squared = loss == "mean-squared-error"
    return {
        "x": x,
        "y": y,
        "class": label,
        "probabilities": probabilities,
        "probabilities_label": "outputs (not probabilities)" if squared else "probabilities",
        "layers": layers,
    }
