"""Without any gradient the norm should be 0: here there is nothing to compute it from."""

import numpy as np


def clip_gradient_norm(gradients, max_norm):
    arrays = [gradient for gradient in gradients.values() if gradient is not None]
    norm = np.linalg.norm(np.concatenate([gradient.ravel() for gradient in arrays]))
    if norm > max_norm:
        for gradient in arrays:
            gradient *= max_norm / norm
    return norm
