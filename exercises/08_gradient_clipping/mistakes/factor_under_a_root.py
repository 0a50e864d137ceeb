"""The factor is the root of max_norm / norm: it is max_norm / norm itself."""

import numpy as np


def clip_gradient_norm(gradients, max_norm):
    arrays = [gradient for gradient in gradients.values() if gradient is not None]
    norm = np.sqrt(sum((gradient**2).sum() for gradient in arrays))
    if norm > max_norm:
        for gradient in arrays:
            gradient *= np.sqrt(max_norm / norm)
    return norm
