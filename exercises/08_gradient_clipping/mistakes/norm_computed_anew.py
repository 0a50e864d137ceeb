"""The norm is computed anew for each array, when those before it are scaled already."""

import numpy as np


def clip_gradient_norm(gradients, max_norm):
    arrays = [gradient for gradient in gradients.values() if gradient is not None]
    before = total_norm(arrays)
    for gradient in arrays:
        norm = total_norm(arrays)
        if norm > max_norm:
            gradient *= max_norm / norm
    return before


def total_norm(arrays):
    return np.sqrt(sum((gradient**2).sum() for gradient in arrays))
