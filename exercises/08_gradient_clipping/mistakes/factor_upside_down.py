"""The factor is norm / max_norm: gradients that are too long become longer still."""

import numpy as np


def clip_gradient_norm(gradients, max_norm):
    arrays = [gradient for gradient in gradients.values() if gradient is not None]
    norm = np.sqrt(sum((gradient**2).sum() for gradient in arrays))
    if norm > max_norm:
        for gradient in arrays:
            gradient *= norm / max_norm
    return norm
