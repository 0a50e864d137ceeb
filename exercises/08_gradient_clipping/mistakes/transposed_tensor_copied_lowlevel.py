"""ravel and reshape copy a transposed array: the copy is clipped, and the array itself is not."""

import math


def clip_gradient_norm(gradients, max_norm):
    tensors = [gradient.reshape(-1) for gradient in gradients.values() if gradient is not None]
    norm = math.sqrt(sum(tensor.square().sum().item() for tensor in tensors))
    if norm > max_norm:
        for tensor in tensors:
            tensor *= max_norm / norm
    return norm
