"""The losses of tier 2: the values of tier 1's, each a mean over the minibatch.

Gone from tier 1: the gradients with respect to the logits. What remains is the care for large
logits, which no autograd takes: it differentiates a formula as it stands.
"""

import torch
from jaxtyping import Float, Int

Scalar = Float[torch.Tensor, ""]


def softmax_cross_entropy(
    logits: Float[torch.Tensor, "n k"], labels: Int[torch.Tensor, " n"]
) -> Scalar:
    """L = mean of -log softmax(logits)[label].

    Args:
        logits: (n, k), any finite values.
        labels: (n,), class indices from 0 to k - 1.
    """
    # softmax does not change when a row is shifted; with its maximum at 0 no exp overflows. The
    # shift is a constant to autograd: what it adds to a gradient cancels.
    shifted = logits - logits.amax(dim=1, keepdim=True).detach()
    label_logits = shifted.gather(1, labels[:, None])[:, 0]
    return (shifted.exp().sum(dim=1).log() - label_logits).mean()


def sigmoid_cross_entropy(
    logits: Float[torch.Tensor, "n 1"], targets: Float[torch.Tensor, "n 1"]
) -> Scalar:
    """L = mean of -t log σ(z) - (1 - t) log σ(-z), which is log(1 + exp(z)) - t z.

    Args:
        logits: (n, 1), any finite values, of one logistic neuron.
        targets: (n, 1), each 0 or 1.
    """
    return (torch.logaddexp(logits, torch.zeros_like(logits)) - targets * logits).mean()


def mean_squared_error(
    outputs: Float[torch.Tensor, "n k"], targets: Float[torch.Tensor, "n k"]
) -> Scalar:
    """L = mean over the minibatch of |output - target|², the k squares summed."""
    return ((outputs - targets) ** 2).sum() / len(outputs)


LOSSES = {
    "softmax-cross-entropy": softmax_cross_entropy,
    "sigmoid-cross-entropy": sigmoid_cross_entropy,
    "mean-squared-error": mean_squared_error,
}
