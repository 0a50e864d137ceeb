"""np.linalg.norm(W, 2) is the largest singular value of a matrix, not the root of its squares."""

import numpy as np


def clip_gradient_norm(gradients, max_norm):
    arrays = [gradient for gradient in gradients.values() if gradient is not None]
    norm = np.sqrt(sum(np.linalg.norm(gradient, 2) ** 2 for gradient in arrays))
    if norm > max_norm:
        for gradient in arrays:
            gradient *= max_norm / norm
    return norm
