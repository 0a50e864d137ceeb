"""Tier 3: the multilayer perceptron as an `nn.Module`.

Gone from tier 2: the layers (`nn.Linear`, `nn.BatchNorm1d`, `nn.Dropout` and the activations are
the same formulas), the collecting of parameters and states by name (`nn.Module` does it), the
training switch and the copying to a device (`train`, `eval`, `to`).

The folder is called `paper` because this is the form in which the code of a paper is published:
every layer, loss and optimizer a library's, so that only what is new is written out.
"""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

import torch
from jaxtyping import Float
from torch import nn

ACTIVATIONS = {
    "identity": nn.Identity,
    "relu": nn.ReLU,
    "sigmoid": nn.Sigmoid,
    "tanh": nn.Tanh,
    "softsign": nn.Softsign,
}


class MLP(nn.Module):
    """Linear layers with an activation between them; the last one gives the logits.

    A hidden layer is Linear, (batch normalization), activation, (dropout).

    Args:
        layer_sizes: (inputs, hidden widths ..., outputs).
        activation: identity, relu, sigmoid, tanh or softsign.
        initializer: a name of `common.initializers`, drawn here by `nn.init`.
        batch_norm: normalize before each hidden activation; its shift stands in for the bias.
        dropout: probability of dropping a hidden activation.
    """

    def __init__(
        self,
        layer_sizes: Sequence[int],
        activation: str = "relu",
        initializer: str = "he-normal",
        batch_norm: bool = False,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for d_in, d_out in pairwise(layer_sizes[:-1]):
            layers.append(nn.Linear(d_in, d_out, bias=not batch_norm))
            if batch_norm:
                layers.append(nn.BatchNorm1d(d_out))
            layers.append(ACTIVATIONS[activation]())
            if dropout:
                layers.append(nn.Dropout(dropout))
        d_in, d_out = layer_sizes[-2:]
        layers.append(nn.Linear(d_in, d_out))
        self.layers = nn.Sequential(*layers)
        for layer in self.layers:
            if isinstance(layer, nn.Linear):
                initialize(layer, initializer)

    def forward(self, X: Float[torch.Tensor, "n d_in"]) -> Float[torch.Tensor, "n d_out"]:
        """The logits of a minibatch."""
        return self.layers(X)

    def outputs(
        self, X: Float[torch.Tensor, "n d_in"]
    ) -> Iterator[tuple[str, Float[torch.Tensor, "n d"]]]:
        """Each layer's name and output, in the order of the forward pass."""
        for name, layer in self.layers.named_children():
            X = layer(X)
            yield f"layers.{name}", X

    def gradients(self) -> dict[str, torch.Tensor]:
        """∂L/∂parameter by state_dict names, of the last backward pass; empty before the first."""
        return {
            name: parameter.grad
            for name, parameter in self.named_parameters()
            if parameter.grad is not None
        }


def initialize(linear: nn.Linear, initializer: str) -> None:
    """Draw the weight from the named distribution and set the bias to 0."""
    if linear.bias is not None:
        nn.init.zeros_(linear.bias)
    match initializer:
        case "lecun-normal":
            nn.init.kaiming_normal_(linear.weight, nonlinearity="linear")
        case "xavier-normal":
            nn.init.xavier_normal_(linear.weight)
        case "he-normal":
            nn.init.kaiming_normal_(linear.weight, nonlinearity="relu")
        case "standard-uniform":
            limit = 1 / math.sqrt(linear.in_features)
            nn.init.uniform_(linear.weight, -limit, limit)
        case "xavier-uniform":
            nn.init.xavier_uniform_(linear.weight)
        case "zeros":
            nn.init.zeros_(linear.weight)
        case _:
            raise ValueError(f"unknown initializer {initializer!r}")
