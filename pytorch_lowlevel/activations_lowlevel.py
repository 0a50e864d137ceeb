"""The activation functions of tier 2, from tensor operations.

Gone from tier 1: the derivatives. Each function is made of operations whose local derivatives
autograd knows.

Z and A have the same shape, any shape.
"""

import torch
from jaxtyping import Float

Tensor = Float[torch.Tensor, "..."]


def identity(Z: Tensor) -> Tensor:
    """A = Z."""
    return Z


def relu(Z: Tensor) -> Tensor:
    """A = max(Z, 0); the derivative at 0 is 0."""
    return torch.relu(Z)


def sigmoid(Z: Tensor) -> Tensor:
    """A = 1 / (1 + exp(-Z)), stable for large |Z|."""
    return torch.sigmoid(Z)


def tanh(Z: Tensor) -> Tensor:
    """A = (exp(Z) - exp(-Z)) / (exp(Z) + exp(-Z))."""
    return torch.tanh(Z)


def softsign(Z: Tensor) -> Tensor:
    """A = Z / (1 + |Z|)."""
    return Z / (1 + Z.abs())


ACTIVATIONS = {
    "identity": identity,
    "relu": relu,
    "sigmoid": sigmoid,
    "tanh": tanh,
    "softsign": softsign,
}
