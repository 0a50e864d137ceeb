"""Without any gradient nothing is returned: the norm should be 0 then."""

import numpy as np


def clip_gradient_norm(gradients, max_norm):
    arrays = [gradient for gradient in gradients.values() if gradient is not None]
    if not arrays:
        return
    norm = np.sqrt(sum((gradient**2).sum() for gradient in arrays))
    if norm > max_norm:
        for gradient in arrays:
            gradient *= max_norm / norm
    return norm
