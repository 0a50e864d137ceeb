"""A gradient that is None is not left out."""

import numpy as np


def clip_gradient_norm(gradients, max_norm):
    arrays = list(gradients.values())
    norm = np.sqrt(sum((gradient**2).sum() for gradient in arrays))
    if norm > max_norm:
        for gradient in arrays:
            gradient *= max_norm / norm
    return norm
