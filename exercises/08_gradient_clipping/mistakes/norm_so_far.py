"""Each array is scaled by the norm of those up to it: the norm has to be complete before."""

import numpy as np


def clip_gradient_norm(gradients, max_norm):
    total, norm = 0.0, 0.0
    for gradient in gradients.values():
        if gradient is None:
            continue
        total += (gradient**2).sum()
        norm = np.sqrt(total)
        if norm > max_norm:
            gradient *= max_norm / norm
    return norm
