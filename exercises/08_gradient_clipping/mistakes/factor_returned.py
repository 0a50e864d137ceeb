"""clip_gradient_norm returns the factor instead of the norm."""

import numpy as np


def clip_gradient_norm(gradients, max_norm):
    arrays = [gradient for gradient in gradients.values() if gradient is not None]
    norm = np.sqrt(sum((gradient**2).sum() for gradient in arrays))
    if norm > max_norm:
        for gradient in arrays:
            gradient *= max_norm / norm  # in place: the network holds these arrays, too
    return min(1.0, max_norm / norm) if norm > 0 else 1.0
