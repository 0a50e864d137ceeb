"""The norm is the mean of the arrays' norms: their squares add up, and the root comes last."""

import numpy as np


def clip_gradient_norm(gradients, max_norm):
    arrays = [gradient for gradient in gradients.values() if gradient is not None]
    norm = sum(np.linalg.norm(gradient) for gradient in arrays) / max(1, len(arrays))
    if norm > max_norm:
        for gradient in arrays:
            gradient *= max_norm / norm
    return norm
