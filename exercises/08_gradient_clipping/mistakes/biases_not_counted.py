"""The norm leaves the biases out: every gradient counts, whatever its shape."""

import numpy as np


def clip_gradient_norm(gradients, max_norm):
    arrays = [gradient for gradient in gradients.values() if gradient is not None]
    norm = np.sqrt(sum((gradient**2).sum() for gradient in arrays if gradient.ndim == 2))
    if norm > max_norm:
        for gradient in arrays:
            gradient *= max_norm / norm
    return norm
