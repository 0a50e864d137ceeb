"""The norm is the sum of the squares: the square root is missing."""


def clip_gradient_norm(gradients, max_norm):
    arrays = [gradient for gradient in gradients.values() if gradient is not None]
    norm = sum((gradient**2).sum() for gradient in arrays)
    if norm > max_norm:
        for gradient in arrays:
            gradient *= max_norm / norm
    return norm
