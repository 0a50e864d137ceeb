"""Biases are left out: every gradient counts and is scaled, whatever its shape."""

import numpy as np


def clip_gradient_norm(gradients, max_norm):
    arrays = [g for g in gradients.values() if g is not None and g.ndim == 2]
    norm = np.sqrt(sum((gradient**2).sum() for gradient in arrays))
    if norm > max_norm:
        for gradient in arrays:
            gradient *= max_norm / norm
    return norm
