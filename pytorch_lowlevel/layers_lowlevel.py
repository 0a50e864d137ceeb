"""The layers of tier 2: the forward passes of tier 1, operation by operation, on tensors.

Gone from tier 1: every `backward`, and what the forward passes kept for it. Autograd records the
operations on tensors that require a gradient and applies the chain rule to the recording.
A minibatch X is (n, d), a weight W is (out, in).
"""

from abc import ABC, abstractmethod

import torch
from jaxtyping import Float

from activations_lowlevel import ACTIVATIONS


class Layer(ABC):
    """What all layers share: named parameters and buffers."""

    training = True

    @abstractmethod
    def forward(self, X: Float[torch.Tensor, "n d_in"]) -> Float[torch.Tensor, "n d_out"]:
        """The layer's output for a minibatch."""

    def parameters(self) -> dict[str, torch.Tensor]:
        """Trained tensors by their state_dict names."""
        return {}

    def buffers(self) -> dict[str, torch.Tensor]:
        """Tensors that belong to the state but are not trained."""
        return {}


class Linear(Layer):
    """Z = X Wᵀ + b.

    Args:
        d_in, d_out: width of the input and of the output.
        dtype, device: of the parameters.
        bias: False before batch normalization, which would subtract the bias again.
    """

    def __init__(
        self,
        d_in: int,
        d_out: int,
        dtype: torch.dtype,
        device: torch.device | str,
        bias: bool = True,
    ) -> None:
        self.W = torch.zeros(d_out, d_in, dtype=dtype, device=device, requires_grad=True)
        self.b = None
        if bias:
            self.b = torch.zeros(d_out, dtype=dtype, device=device, requires_grad=True)

    def forward(self, X: Float[torch.Tensor, "n d_in"]) -> Float[torch.Tensor, "n d_out"]:
        if self.b is None:
            return X @ self.W.T
        # b + X Wᵀ in one operation, which adds b without another pass over Z.
        return torch.addmm(self.b, X, self.W.T)

    def parameters(self):
        return {"weight": self.W} | ({} if self.b is None else {"bias": self.b})


class Activation(Layer):
    """A = f(Z), entry by entry.

    Args:
        name: one of ACTIVATIONS.
    """

    def __init__(self, name: str) -> None:
        self.function = ACTIVATIONS[name]

    def forward(self, Z: Float[torch.Tensor, "n d"]) -> Float[torch.Tensor, "n d"]:
        return self.function(Z)


class BatchNorm1d(Layer):
    """Y = γ (X - μ) / sqrt(σ² + ε) + β, per column (Ioffe & Szegedy 2015, algorithm 1).

    In training μ and σ² (biased) are those of the minibatch, and running averages of μ and of the
    unbiased variance are kept; in evaluation the running averages stand in for them.

    Args:
        d: width.
        dtype, device: of the parameters and buffers.
    """

    momentum = 0.1
    epsilon = 1e-5

    def __init__(self, d: int, dtype: torch.dtype, device: torch.device | str) -> None:
        self.weight = torch.ones(d, dtype=dtype, device=device, requires_grad=True)
        self.bias = torch.zeros(d, dtype=dtype, device=device, requires_grad=True)
        self.running_mean = torch.zeros(d, dtype=dtype, device=device)
        self.running_var = torch.ones(d, dtype=dtype, device=device)
        self.num_batches_tracked = torch.zeros((), dtype=torch.int64, device=device)

    def forward(self, X: Float[torch.Tensor, "n d"]) -> Float[torch.Tensor, "n d"]:
        mean, variance = self.running_mean, self.running_var
        if self.training:
            mean, variance = X.mean(dim=0), X.var(dim=0, correction=0)
            self.update_running_statistics(mean, variance, len(X))
        return self.weight * (X - mean) / torch.sqrt(variance + self.epsilon) + self.bias

    @torch.no_grad()
    def update_running_statistics(
        self, mean: Float[torch.Tensor, " d"], variance: Float[torch.Tensor, " d"], n: int
    ) -> None:
        """Move the running averages a tenth of the way; n / (n - 1) makes the variance unbiased."""
        self.running_mean.lerp_(mean, self.momentum)
        self.running_var.lerp_(variance * n / (n - 1), self.momentum)
        self.num_batches_tracked += 1

    def parameters(self):
        return {"weight": self.weight, "bias": self.bias}

    def buffers(self):
        return {
            "running_mean": self.running_mean,
            "running_var": self.running_var,
            "num_batches_tracked": self.num_batches_tracked,
        }


class Dropout(Layer):
    """Y = X ⊙ M, where M is 0 with probability p and else 1 / (1 - p) (Srivastava et al. 2014).

    ⊙ multiplies entry by entry.

    Args:
        p: probability of dropping an entry, in [0, 1).
    """

    def __init__(self, p: float) -> None:
        self.p = p

    def draw_mask(self, X: Float[torch.Tensor, "n d"]) -> Float[torch.Tensor, "n d"]:
        """A fresh mask M for this minibatch, from torch's own generator (`torch.manual_seed`)."""
        return torch.empty_like(X).bernoulli_(1 - self.p).div_(1 - self.p)

    def forward(self, X: Float[torch.Tensor, "n d"]) -> Float[torch.Tensor, "n d"]:
        return X * self.draw_mask(X) if self.training else X
