"""Shifts by the largest logit of the whole minibatch, in a loop that guards each row."""

import numpy as np


def linear_forward(X, W, b):
    return X @ W.T + b


def linear_backward(grad_Z, X, W):
    return grad_Z @ W, grad_Z.T @ X, grad_Z.sum(axis=0)


def softmax_cross_entropy(Z, labels):
    n = len(Z)
    shifted = np.stack([row - max(row) for row in Z])
    log_P = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    rows = np.arange(n)
    grad_Z = np.exp(log_P)
    grad_Z[rows, labels] -= 1
    return -log_P[rows, labels].mean(), grad_Z / n


def network_gradients(X, labels, W1, b1, W2, b2):
    A = np.tanh(linear_forward(X, W1, b1))
    loss, grad_Z2 = softmax_cross_entropy(linear_forward(A, W2, b2), labels)
    grad_A, grad_W2, grad_b2 = linear_backward(grad_Z2, A, W2)
    grad_Z1 = grad_A * (1 - A * A)
    _, grad_W1, grad_b1 = linear_backward(grad_Z1, X, W1)
    return loss, {"W1": grad_W1, "b1": grad_b1, "W2": grad_W2, "b2": grad_b2}
