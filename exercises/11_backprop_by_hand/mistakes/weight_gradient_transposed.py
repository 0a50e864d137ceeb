"""The weight's gradient is transposed: it is (in, out), and W is (out, in)."""


def linear_backward(grad_Z, X, W):
    return grad_Z @ W, X.T @ grad_Z, grad_Z.sum(axis=0)
