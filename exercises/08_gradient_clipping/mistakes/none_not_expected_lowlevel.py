"""A gradient that is None is not left out."""

import math


def clip_gradient_norm(gradients, max_norm):
    tensors = list(gradients.values())
    norm = math.sqrt(sum(gradient.square().sum().item() for gradient in tensors))
    if norm > max_norm:
        for gradient in tensors:
            gradient.mul_(max_norm / norm)
    return norm
