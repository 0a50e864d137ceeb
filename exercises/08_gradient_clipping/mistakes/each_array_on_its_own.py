"""Each array is clipped by a norm of its own, which turns the step: there is one norm for all."""

import numpy as np


def clip_gradient_norm(gradients, max_norm):
    arrays = [gradient for gradient in gradients.values() if gradient is not None]
    norm = np.sqrt(sum((gradient**2).sum() for gradient in arrays))
    for gradient in arrays:
        own = np.linalg.norm(gradient)
        if own > max_norm:
            gradient *= max_norm / own
    return norm
