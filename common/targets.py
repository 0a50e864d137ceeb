"""What the losses compare the logits with, and what the logits predict."""

import numpy as np
from jaxtyping import Int, Shaped


def targets(
    labels: Int[np.ndarray, " n"], loss: str, classes: int, dtype: str
) -> Shaped[np.ndarray, "n ..."]:
    """The labels in the form that a loss takes.

    Args:
        labels: (n,) class indices.
        loss: a name of the configuration's losses.
        classes: number of classes k.
        dtype: of targets that are no indices.

    Returns:
        (n,) indices for the softmax cross-entropy, (n, 1) zeros and ones for the sigmoid
        cross-entropy, (n, k) one-hot rows for the mean squared error.
    """
    match loss:
        case "softmax-cross-entropy":
            return labels
        case "sigmoid-cross-entropy":
            return labels[:, None].astype(dtype)
        case "mean-squared-error":
            return np.eye(classes, dtype=dtype)[labels]
    raise ValueError(f"unknown loss {loss!r}")
