"""None is replaced by an array of zeros: what has no gradient should stay without."""

import numpy as np


def clip_gradient_norm(gradients, max_norm):
    for name in gradients:
        if gradients[name] is None:
            gradients[name] = np.zeros(1)
    norm = np.sqrt(sum((gradient**2).sum() for gradient in gradients.values()))
    if norm > max_norm:
        for gradient in gradients.values():
            gradient *= max_norm / norm
    return norm
