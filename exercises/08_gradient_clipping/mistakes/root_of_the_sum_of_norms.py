"""The norms of the arrays are added under the root: it is their squares that add up."""

import numpy as np


def clip_gradient_norm(gradients, max_norm):
    arrays = [gradient for gradient in gradients.values() if gradient is not None]
    norm = np.sqrt(sum(np.linalg.norm(gradient) for gradient in arrays))
    if norm > max_norm:
        for gradient in arrays:
            gradient *= max_norm / norm  # in place: the network holds these arrays, too
    return norm
