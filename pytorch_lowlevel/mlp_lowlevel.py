"""Tier 2: the multilayer perceptron on raw torch tensors, with autograd for the backward pass.

Gone from tier 1: `backward`, here and in every layer, and the gradients that the layers kept.
`loss.backward()` fills `.grad` of each parameter, because the parameters require a gradient.
New is the device: the same lines run on a GPU.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import torch
from jaxtyping import Float

from common.initializers import initial_weights
from layers_lowlevel import Activation, BatchNorm1d, Dropout, Layer, Linear


class MLP:
    """Linear layers with an activation between them; the last one gives the logits.

    A hidden layer is Linear, (batch normalization), activation, (dropout).

    Args:
        layer_sizes: (inputs, hidden widths ..., outputs).
        activation: identity, relu, sigmoid, tanh or softsign.
        initializer: a name of `common.initializers`.
        batch_norm: normalize before each hidden activation; its shift stands in for the bias.
        dropout: probability of dropping a hidden activation.
        seed: of the initial weights.
        dtype: torch.float32 or torch.float64.
        device: where the parameters lie.
    """

    def __init__(
        self,
        layer_sizes: Sequence[int],
        activation: str = "relu",
        initializer: str = "he-normal",
        batch_norm: bool = False,
        dropout: float = 0.0,
        seed: int = 0,
        dtype: torch.dtype = torch.float32,
        device: torch.device | str = "cpu",
    ) -> None:
        self.layers: list[Layer] = []
        for d_in, d_out in pairwise(layer_sizes[:-1]):
            self.layers.append(Linear(d_in, d_out, dtype, device, bias=not batch_norm))
            if batch_norm:
                self.layers.append(BatchNorm1d(d_out, dtype, device))
            self.layers.append(Activation(activation))
            if dropout:
                self.layers.append(Dropout(dropout))
        d_in, d_out = layer_sizes[-2:]
        self.layers.append(Linear(d_in, d_out, dtype, device))
        shapes = {name: tuple(tensor.shape) for name, tensor in self.parameters().items()}
        with torch.no_grad():
            for name, weight in initial_weights(shapes, initializer, seed).items():
                self.parameters()[name].copy_(torch.from_numpy(weight))

    def forward(self, X: Float[torch.Tensor, "n d_in"]) -> Float[torch.Tensor, "n d_out"]:
        """The logits of a minibatch."""
        for layer in self.layers:
            X = layer.forward(X)
        return X

    def outputs(
        self, X: Float[torch.Tensor, "n d_in"]
    ) -> Iterator[tuple[str, Float[torch.Tensor, "n d"]]]:
        """Each layer's name and output, in the order of the forward pass."""
        for i, layer in enumerate(self.layers):
            X = layer.forward(X)
            yield f"layers.{i}", X

    def parameters(self) -> dict[str, torch.Tensor]:
        """The trained tensors themselves, by state_dict names such as layers.0.weight."""
        return self._collect("parameters")

    def gradients(self) -> dict[str, torch.Tensor]:
        """∂L/∂parameter by the same names, of the last backward pass; empty before the first."""
        return {
            name: parameter.grad
            for name, parameter in self.parameters().items()
            if parameter.grad is not None
        }

    def zero_grad(self) -> None:
        """Forget the gradients: autograd adds to what `.grad` holds, since uses add up."""
        for parameter in self.parameters().values():
            parameter.grad = None

    def buffers(self) -> dict[str, torch.Tensor]:
        """Batch normalization's running statistics, by name."""
        return self._collect("buffers")

    def _collect(self, kind: str) -> dict[str, torch.Tensor]:
        return {
            f"layers.{i}.{name}": tensor
            for i, layer in enumerate(self.layers)
            for name, tensor in getattr(layer, kind)().items()
        }

    def state_dict(self) -> dict[str, torch.Tensor]:
        """Parameters and buffers, with the names and shapes of tier 3's state_dict."""
        return self.parameters() | self.buffers()

    @torch.no_grad()
    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Copy a state of tensors or NumPy arrays into the model.

        Raises:
            ValueError: for a name that is missing or unexpected, or another shape.
        """
        own = self.state_dict()
        if state.keys() != own.keys():
            raise ValueError(
                f"these names are in one state only: {sorted(state.keys() ^ own.keys())}"
            )
        for name, tensor in own.items():
            if tuple(state[name].shape) != tuple(tensor.shape):
                raise ValueError(
                    f"{name} has shape {tuple(state[name].shape)} instead of {tuple(tensor.shape)}"
                )
            tensor.copy_(torch.as_tensor(state[name]))

    def train(self, training: bool = True) -> None:
        """Switch batch normalization and dropout to training (or to evaluation)."""
        for layer in self.layers:
            layer.training = training

    def eval(self) -> None:
        """Switch batch normalization and dropout to evaluation."""
        self.train(False)
