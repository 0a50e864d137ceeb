"""The layers of tier 1: each computes its output, and by hand the gradients of the loss.

`forward` keeps what `backward` needs. `backward` receives ∂L/∂output and returns ∂L/∂input: one
application of the chain rule each, from the last layer to the first. A minibatch X is (n, d),
a weight W is (out, in) as `nn.Linear` stores it.
"""

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
from jaxtyping import Float

from activations_numpy import ACTIVATIONS


class Layer(ABC):
    """What all layers share: named parameters, gradients under the same names, and buffers."""

    training = True

    @abstractmethod
    def forward(self, X: Float[np.ndarray, "n d_in"]) -> Float[np.ndarray, "n d_out"]:
        """The layer's output for a minibatch."""

    @abstractmethod
    def backward(self, grad_output: Float[np.ndarray, "n d_out"]) -> Any:
        """∂L/∂input from ∂L/∂output, and the gradients of the layer's own parameters.

        They belong to the last `forward`, whether that was in training or in evaluation.

        None where nobody needs ∂L/∂input (see `Linear`).
        """

    def parameters(self) -> dict[str, np.ndarray]:
        """Trained arrays by their state_dict names."""
        return {}

    def gradients(self) -> dict[str, np.ndarray]:
        """∂L/∂parameter by the same names, of the last backward pass."""
        return {}

    def buffers(self) -> dict[str, np.ndarray]:
        """Arrays that belong to the state but are not trained."""
        return {}


class Linear(Layer):
    """Z = X Wᵀ + b.

    Args:
        d_in, d_out: width of the input and of the output.
        dtype: float32 or float64.
        needs_input_gradient: False for the first layer, since the inputs aren't trained: it saves
            a matrix product as large as the forward one.
        bias: False before batch normalization, which would subtract the bias again.
    """

    def __init__(
        self,
        d_in: int,
        d_out: int,
        dtype: Any = np.float32,
        needs_input_gradient: bool = True,
        bias: bool = True,
    ) -> None:
        self.needs_input_gradient = needs_input_gradient
        self.W = np.zeros((d_out, d_in), dtype)
        self.grad_W = np.zeros_like(self.W)
        self.b = np.zeros(d_out, dtype) if bias else None
        self.grad_b = np.zeros(d_out, dtype) if bias else None

    def forward(self, X: Float[np.ndarray, "n d_in"]) -> Float[np.ndarray, "n d_out"]:
        self.X = X
        Z = X @ self.W.T
        if self.b is not None:
            Z += self.b
        return Z

    def backward(self, grad_Z: Float[np.ndarray, "n d_out"]) -> Float[np.ndarray, "n d_in"] | None:
        # W is used once for each example of the minibatch, so the gradients of its uses add up:
        # the product sums over the n rows. (The 1/n of the mean is in grad_Z already.)
        np.matmul(grad_Z.T, self.X, out=self.grad_W)
        if self.b is not None:
            self.grad_b = grad_Z.sum(axis=0)  # b is used once for each example, too
        if not self.needs_input_gradient:
            return None
        return grad_Z @ self.W

    def parameters(self):
        return {"weight": self.W} | ({} if self.b is None else {"bias": self.b})

    def gradients(self):
        return {"weight": self.grad_W} | ({} if self.grad_b is None else {"bias": self.grad_b})


class Activation(Layer):
    """A = f(Z), entry by entry.

    Args:
        name: one of ACTIVATIONS.
    """

    def __init__(self, name: str) -> None:
        self.function, self.derivative = ACTIVATIONS[name]

    def forward(self, Z: Float[np.ndarray, "n d"]) -> Float[np.ndarray, "n d"]:
        self.A = self.function(Z)
        return self.A

    def backward(self, grad_A: Float[np.ndarray, "n d"]) -> Float[np.ndarray, "n d"]:
        return grad_A * self.derivative(self.A)


class BatchNorm1d(Layer):
    """Y = γ (X - μ) / sqrt(σ² + ε) + β, per column (Ioffe & Szegedy 2015, algorithm 1).

    In training μ and σ² (biased) are those of the minibatch, and running averages of μ and of the
    unbiased variance are kept; in evaluation the running averages stand in for them. γ is called
    weight and β bias, as in PyTorch.

    Args:
        d: width.
        dtype: float32 or float64.
    """

    momentum = 0.1
    epsilon = 1e-5

    def __init__(self, d: int, dtype: Any = np.float32) -> None:
        self.weight = np.ones(d, dtype)
        self.bias = np.zeros(d, dtype)
        self.grad_weight = np.zeros_like(self.weight)
        self.grad_bias = np.zeros_like(self.bias)
        self.running_mean = np.zeros(d, dtype)
        self.running_var = np.ones(d, dtype)
        self.num_batches_tracked = np.zeros((), np.int64)

    def forward(self, X: Float[np.ndarray, "n d"]) -> Float[np.ndarray, "n d"]:
        mean = X.mean(axis=0) if self.training else self.running_mean
        centred = X - mean
        variance = (centred * centred).mean(axis=0) if self.training else self.running_var
        self.inverse_deviation = 1 / np.sqrt(variance + self.epsilon)
        self.normalized = centred * self.inverse_deviation
        self.by_minibatch = self.training
        if self.training:
            self.update_running_statistics(mean, variance, len(X))
        return self.weight * self.normalized + self.bias

    def update_running_statistics(
        self, mean: Float[np.ndarray, " d"], variance: Float[np.ndarray, " d"], n: int
    ) -> None:
        """Move the running averages a tenth of the way; n / (n - 1) makes the variance unbiased."""
        self.running_mean *= 1 - self.momentum
        self.running_mean += self.momentum * mean
        self.running_var *= 1 - self.momentum
        self.running_var += self.momentum * variance * n / (n - 1)
        self.num_batches_tracked += 1

    def backward(self, grad_Y: Float[np.ndarray, "n d"]) -> Float[np.ndarray, "n d"]:
        self.grad_weight = (grad_Y * self.normalized).sum(axis=0)
        self.grad_bias = grad_Y.sum(axis=0)
        grad_X = grad_Y
        if self.by_minibatch:
            # Every example moves the minibatch's μ and σ² and through them all others; so the
            # gradient loses its mean (by μ) and its part along the normalized input (by σ²).
            n = len(grad_Y)
            grad_X = grad_Y - self.grad_bias / n - self.normalized * (self.grad_weight / n)
        return grad_X * (self.weight * self.inverse_deviation)

    def parameters(self):
        return {"weight": self.weight, "bias": self.bias}

    def gradients(self):
        return {"weight": self.grad_weight, "bias": self.grad_bias}

    def buffers(self):
        return {
            "running_mean": self.running_mean,
            "running_var": self.running_var,
            "num_batches_tracked": self.num_batches_tracked,
        }


class Dropout(Layer):
    """Y = X ⊙ M, where M is 0 with probability p and else 1 / (1 - p) (Srivastava et al. 2014).

    ⊙ multiplies entry by entry. The scale 1 / (1 - p) in training ("inverted" dropout) keeps the
    expectation, so that evaluation changes nothing.

    Args:
        p: probability of dropping an entry, in [0, 1).
    """

    def __init__(self, p: float) -> None:
        self.p = p
        self.generator = np.random.default_rng()

    def draw_mask(self, X: Float[np.ndarray, "n d"]) -> Float[np.ndarray, "n d"]:
        """A fresh mask M for this minibatch."""
        kept = self.generator.random(X.shape, dtype=np.float32) >= self.p
        return kept.astype(X.dtype) / X.dtype.type(1 - self.p)

    def forward(self, X: Float[np.ndarray, "n d"]) -> Float[np.ndarray, "n d"]:
        self.mask = self.draw_mask(X) if self.training else 1
        return X * self.mask

    def backward(self, grad_Y: Float[np.ndarray, "n d"]) -> Float[np.ndarray, "n d"]:
        return grad_Y * self.mask
