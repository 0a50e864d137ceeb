"""Each entry is clipped by itself, which changes the direction: it is the norm that is limited."""

import numpy as np


def clip_gradient_norm(gradients, max_norm):
    arrays = [gradient for gradient in gradients.values() if gradient is not None]
    norm = np.sqrt(sum((gradient**2).sum() for gradient in arrays))
    for gradient in arrays:
        np.clip(gradient, -max_norm, max_norm, out=gradient)
    return norm
