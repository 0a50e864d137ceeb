"""The norm squares the sum of each array, where it should sum the squares of the entries."""

import numpy as np


def clip_gradient_norm(gradients, max_norm):
    arrays = [gradient for gradient in gradients.values() if gradient is not None]
    norm = np.sqrt(sum(gradient.sum() ** 2 for gradient in arrays))
    if norm > max_norm:
        for gradient in arrays:
            gradient *= max_norm / norm
    return norm
