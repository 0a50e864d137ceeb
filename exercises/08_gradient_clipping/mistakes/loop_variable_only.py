"""No array changes, though the norm is right: g = g * c, for one, only makes a new array."""

import numpy as np


def clip_gradient_norm(gradients, max_norm):
    arrays = [gradient for gradient in gradients.values() if gradient is not None]
    norm = np.sqrt(sum((gradient**2).sum() for gradient in arrays))
    if norm > max_norm:
        for gradient in arrays:
            gradient = gradient * (max_norm / norm)
    return norm
