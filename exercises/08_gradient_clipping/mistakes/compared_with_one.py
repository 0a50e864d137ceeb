"""The norm is compared with 1 instead of with max_norm."""

import numpy as np


def clip_gradient_norm(gradients, max_norm):
    arrays = [gradient for gradient in gradients.values() if gradient is not None]
    norm = np.sqrt(sum((gradient**2).sum() for gradient in arrays))
    if norm > 1:
        for gradient in arrays:
            gradient *= max_norm / norm
    return norm
