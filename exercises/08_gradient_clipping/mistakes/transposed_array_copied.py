"""ravel and reshape copy a transposed array: the copy is clipped, and the array itself is not."""

import numpy as np


def clip_gradient_norm(gradients, max_norm):
    arrays = [gradient.ravel() for gradient in gradients.values() if gradient is not None]
    norm = np.sqrt(sum((array**2).sum() for array in arrays))
    if norm > max_norm:
        for array in arrays:
            array *= max_norm / norm
    return norm
