"""The loop over the gradients ends at the first None: those after it are left out."""

import numpy as np


def clip_gradient_norm(gradients, max_norm):
    arrays = []
    for gradient in gradients.values():
        if gradient is None:
            break
        arrays.append(gradient)
    norm = np.sqrt(sum((gradient**2).sum() for gradient in arrays))
    if norm > max_norm:
        for gradient in arrays:
            gradient *= max_norm / norm
    return norm
