"""The norm is the largest entry instead of the root of the summed squares."""

import numpy as np


def clip_gradient_norm(gradients, max_norm):
    arrays = [gradient for gradient in gradients.values() if gradient is not None]
    norm = max((np.abs(gradient).max() for gradient in arrays), default=0.0)
    if norm > max_norm:
        for gradient in arrays:
            gradient *= max_norm / norm
    return norm
