"""The norm adds absolute values instead of squares."""

import numpy as np


def clip_gradient_norm(gradients, max_norm):
    arrays = [gradient for gradient in gradients.values() if gradient is not None]
    norm = sum(np.abs(gradient).sum() for gradient in arrays)
    if norm > max_norm:
        for gradient in arrays:
            gradient *= max_norm / norm
    return norm
