"""The losses: each returns its value, a mean over the minibatch, and its gradient.

The gradient carries the 1/n of the mean, here and nowhere else.
"""

import numpy as np
from jaxtyping import Float, Int

from activations_numpy import sigmoid


def softmax_cross_entropy(
    logits: Float[np.ndarray, "n k"], labels: Int[np.ndarray, " n"]
) -> tuple[float, Float[np.ndarray, "n k"]]:
    """L = mean of -log softmax(logits)[label], and ∂L/∂logits = (softmax - one-hot) / n.

    Args:
        logits: (n, k), any finite values.
        labels: (n,), class indices from 0 to k - 1.
    """
    n = len(logits)
    rows = np.arange(n)
    # softmax does not change when a row is shifted; with its maximum at 0 no exp overflows.
    shifted = logits - logits.max(axis=1, keepdims=True)
    exp = np.exp(shifted)
    total = exp.sum(axis=1, keepdims=True)
    # log(softmax) as a difference: the softmax itself may round to 0.
    loss = (np.log(total[:, 0]) - shifted[rows, labels]).sum() / n
    grad_logits = exp / total
    grad_logits[rows, labels] -= 1
    return float(loss), grad_logits / n


def sigmoid_cross_entropy(
    logits: Float[np.ndarray, "n 1"], targets: Float[np.ndarray, "n 1"]
) -> tuple[float, Float[np.ndarray, "n 1"]]:
    """L = mean of -t log σ(z) - (1 - t) log σ(-z), and ∂L/∂z = (σ(z) - t) / n.

    Args:
        logits: (n, 1), any finite values, of one logistic neuron.
        targets: (n, 1), each 0 or 1.
    """
    # log(1 + exp(z)) = max(z, 0) + log(1 + exp(-|z|)), whose exp cannot overflow.
    losses = np.maximum(logits, 0) - logits * targets + np.log1p(np.exp(-np.abs(logits)))
    return float(losses.mean()), (sigmoid(logits) - targets) / len(logits)


def mean_squared_error(
    outputs: Float[np.ndarray, "n k"], targets: Float[np.ndarray, "n k"]
) -> tuple[float, Float[np.ndarray, "n k"]]:
    """L = mean over the minibatch of |output - target|², and ∂L/∂output = 2 (output - target) / n.

    The squares of the k outputs are summed, not averaged: the loss is a mean over examples.
    """
    difference = outputs - targets
    n = len(outputs)
    return float((difference * difference).sum() / n), difference * (2 / n)


LOSSES = {
    "softmax-cross-entropy": softmax_cross_entropy,
    "sigmoid-cross-entropy": sigmoid_cross_entropy,
    "mean-squared-error": mean_squared_error,
}
