"""The norm is the largest of the arrays' norms: the squares of all of them add up."""

import numpy as np


def clip_gradient_norm(gradients, max_norm):
    arrays = [gradient for gradient in gradients.values() if gradient is not None]
    norm = max([np.linalg.norm(gradient) for gradient in arrays], default=0.0)
    if norm > max_norm:
        for gradient in arrays:
            gradient *= max_norm / norm  # in place: the network holds these arrays, too
    return norm
