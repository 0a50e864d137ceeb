"""Where all gradients are 0 the norm is, too, and max_norm is divided by it."""

import math


def clip_gradient_norm(gradients, max_norm):
    arrays = [gradient for gradient in gradients.values() if gradient is not None]
    if not arrays:
        return 0.0
    norm = math.sqrt(sum((gradient**2).sum() for gradient in arrays))
    factor = min(1, max_norm / norm)
    for gradient in arrays:
        gradient *= factor
    return norm
