"""Where a number that is not finite first appeared."""

from collections.abc import Iterable
from typing import Any

import numpy as np


def to_array(tensor: Any) -> np.ndarray:
    """A NumPy array of the same numbers, wherever the tensor lies."""
    return tensor.detach().cpu().numpy() if hasattr(tensor, "detach") else np.asarray(tensor)


def first_non_finite(
    parameters: dict[str, Any],
    outputs: Iterable[tuple[str, Any]],
    gradients: dict[str, Any],
) -> str:
    """Names where NaN or infinity first appeared, in the order in which a step computes.

    Args:
        parameters: by name, from the input to the output.
        outputs: pairs (layer, its output) of the step's forward pass, in its order.
        gradients: by name, from the input to the output.
    """
    # The backward pass runs from the output to the input, so the last one came first.
    for name, parameter in reversed(parameters.items()):
        if not np.isfinite(to_array(parameter)).all():
            return f"first in {name}, by the update of the step before"
    for name, output in outputs:
        if not np.isfinite(to_array(output)).all():
            return f"first in the output of {name}"
    for name, gradient in reversed(gradients.items()):
        if not np.isfinite(to_array(gradient)).all():
            return f"first in the gradient of {name}"
    return "in the loss alone"
