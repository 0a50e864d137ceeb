"""The loss is the sum over the minibatch, and the gradient is that of the mean."""

import numpy as np


def softmax_cross_entropy(Z, labels):
    n = len(Z)
    shifted = Z - Z.max(axis=1, keepdims=True)  # changes no probability, and exp cannot overflow
    log_P = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    rows = np.arange(n)
    grad_Z = np.exp(log_P)
    grad_Z[rows, labels] -= 1
    return -log_P[rows, labels].sum(), grad_Z / n


def network_gradients(X, labels, W1, b1, W2, b2):
    A = np.tanh(X @ W1.T + b1)
    Z2 = A @ W2.T + b2
    P = np.exp(Z2 - Z2.max(axis=1, keepdims=True))
    P /= P.sum(axis=1, keepdims=True)
    Y = np.eye(len(W2))[labels]
    loss = -np.log((P * Y).sum(axis=1)).mean()
    grad_Z2 = (P - Y) / len(X)
    grad_Z1 = (grad_Z2 @ W2) * (1 - A * A)
    gradients = {"W1": grad_Z1.T @ X, "b1": grad_Z1.sum(axis=0)}
    return loss, gradients | {"W2": grad_Z2.T @ A, "b2": grad_Z2.sum(axis=0)}
