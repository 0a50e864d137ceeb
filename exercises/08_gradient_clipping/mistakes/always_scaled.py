"""Short gradients are stretched: those that are not longer than max_norm stay as they are."""

import numpy as np


def clip_gradient_norm(gradients, max_norm):
    arrays = [gradient for gradient in gradients.values() if gradient is not None]
    norm = np.sqrt(sum((gradient**2).sum() for gradient in arrays))
    for gradient in arrays:
        gradient *= max_norm / (norm + 1e-6)
    return norm
