"""The activation functions and their derivatives.

Each derivative is written as a function of the activation A = f(Z) rather than of Z: all five can
be, and so the backward pass needs to keep A alone, which the next layer keeps anyway.

Z and A have the same shape, any shape; each function works entry by entry.
"""

import numpy as np
from jaxtyping import Float

Array = Float[np.ndarray, "..."]


def identity(Z: Array) -> Array:
    """A = Z: the network stays a linear function, however deep it is."""
    return Z


def identity_derivative(A: Array) -> Array:
    """dA/dZ = 1."""
    return np.ones_like(A)


def relu(Z: Array) -> Array:
    """A = max(Z, 0)."""
    return np.maximum(Z, 0)


def relu_derivative(A: Array) -> Array:
    """dA/dZ = 1 where Z > 0, else 0; at Z = 0 we take 0, as PyTorch does."""
    return (A > 0).astype(A.dtype)


def sigmoid(Z: Array) -> Array:
    """A = 1 / (1 + exp(-Z)) (Rumelhart et al. 1986, eq. 2)."""
    # exp of a negative number alone: exp(1000) would be infinite.
    exp = np.exp(-np.abs(Z))
    return np.where(Z >= 0, 1, exp) / (1 + exp)


def sigmoid_derivative(A: Array) -> Array:
    """dA/dZ = A (1 - A): at most 1/4, so each layer shrinks the gradient, its weights apart."""
    return A * (1 - A)


def tanh(Z: Array) -> Array:
    """A = (exp(Z) - exp(-Z)) / (exp(Z) + exp(-Z))."""
    return np.tanh(Z)


def tanh_derivative(A: Array) -> Array:
    """dA/dZ = 1 - A²: 1 at Z = 0."""
    return 1 - A * A


def softsign(Z: Array) -> Array:
    """A = Z / (1 + |Z|) (Glorot & Bengio 2010, section 2.1)."""
    return Z / (1 + np.abs(Z))


def softsign_derivative(A: Array) -> Array:
    """dA/dZ = 1 / (1 + |Z|)², which is (1 - |A|)²."""
    return (1 - np.abs(A)) ** 2


ACTIVATIONS = {
    "identity": (identity, identity_derivative),
    "relu": (relu, relu_derivative),
    "sigmoid": (sigmoid, sigmoid_derivative),
    "tanh": (tanh, tanh_derivative),
    "softsign": (softsign, softsign_derivative),
}
