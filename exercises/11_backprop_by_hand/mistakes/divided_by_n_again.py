"""linear_backward divides by n, though grad_Z holds the 1/n of the mean already."""


def linear_backward(grad_Z, X, W):
    n = len(X)
    return grad_Z @ W, grad_Z.T @ X / n, grad_Z.sum(axis=0) / n
