"""Without any gradient the norm should be 0: here there is nothing to compute it from."""

import torch


def clip_gradient_norm(gradients, max_norm):
    tensors = [gradient for gradient in gradients.values() if gradient is not None]
    norm = torch.sqrt(sum((gradient**2).sum() for gradient in tensors))
    if norm > max_norm:
        for gradient in tensors:
            gradient.mul_(max_norm / norm)
    return norm
