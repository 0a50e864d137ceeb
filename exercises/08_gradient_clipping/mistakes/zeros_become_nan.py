"""Where all gradients are 0 they are divided by their norm, and become nan."""

import numpy as np


def clip_gradient_norm(gradients, max_norm):
    arrays = [gradient for gradient in gradients.values() if gradient is not None]
    if not arrays:
        return 0.0
    norm = np.sqrt(sum((gradient**2).sum() for gradient in arrays))
    for gradient in arrays:
        gradient *= np.minimum(norm, max_norm) / norm
    return norm
