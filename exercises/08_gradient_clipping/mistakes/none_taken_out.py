"""Entries that are None are taken out of the dictionary: they should stay in it."""

import numpy as np


def clip_gradient_norm(gradients, max_norm):
    for name in list(gradients):
        if gradients[name] is None:
            del gradients[name]
    norm = np.sqrt(sum((gradient**2).sum() for gradient in gradients.values()))
    if norm > max_norm:
        for gradient in gradients.values():
            gradient *= max_norm / norm
    return norm
