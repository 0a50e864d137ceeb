"""linear_backward returns its gradients in another order: it is (grad_X, grad_W, grad_b)."""


def linear_backward(grad_Z, X, W):
    return grad_Z.T @ X, grad_Z.sum(axis=0), grad_Z @ W
