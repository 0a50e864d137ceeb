"""The dictionary gets new arrays: those that the network holds are not clipped."""

import numpy as np


def clip_gradient_norm(gradients, max_norm):
    arrays = [gradient for gradient in gradients.values() if gradient is not None]
    norm = np.sqrt(sum((gradient**2).sum() for gradient in arrays))
    if norm > max_norm:
        for name in gradients:
            if gradients[name] is not None:
                gradients[name] = gradients[name] * (max_norm / norm)
    return norm
