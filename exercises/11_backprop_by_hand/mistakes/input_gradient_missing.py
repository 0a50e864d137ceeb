"""linear_backward gives no gradient of X, and so cuts the chain to the layer before."""

import numpy as np


def linear_backward(grad_Z, X, W):
    return np.zeros_like(X), grad_Z.T @ X, grad_Z.sum(axis=0)
