"""Tier 1: the multilayer perceptron in NumPy alone, its gradients worked out by hand.

Nothing is hidden: `forward` runs the layers in order, `backward` runs the chain rule through them
in the opposite order, and every array on the way can be looked at.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from jaxtyping import Float

from common.initializers import initial_weights
from layers_numpy import Activation, BatchNorm1d, Dropout, Layer, Linear


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
        dtype: float32 or float64.
    """

    def __init__(
        self,
        layer_sizes: Sequence[int],
        activation: str = "relu",
        initializer: str = "he-normal",
        batch_norm: bool = False,
        dropout: float = 0.0,
        seed: int = 0,
        dtype: Any = np.float32,
    ) -> None:
        self.layers: list[Layer] = []
        for i, (d_in, d_out) in enumerate(pairwise(layer_sizes[:-1])):
            self.layers.append(
                Linear(d_in, d_out, dtype, needs_input_gradient=i > 0, bias=not batch_norm)
            )
            if batch_norm:
                self.layers.append(BatchNorm1d(d_out, dtype))
            self.layers.append(Activation(activation))
            if dropout:
                self.layers.append(Dropout(dropout))
        d_in, d_out = layer_sizes[-2:]
        self.layers.append(Linear(d_in, d_out, dtype, needs_input_gradient=len(layer_sizes) > 2))
        shapes = {name: array.shape for name, array in self.parameters().items()}
        for name, weight in initial_weights(shapes, initializer, seed).items():
            self.parameters()[name][...] = weight

    def forward(self, X: Float[np.ndarray, "n d_in"]) -> Float[np.ndarray, "n d_out"]:
        """The logits of a minibatch."""
        for layer in self.layers:
            X = layer.forward(X)
        return X

    def outputs(
        self, X: Float[np.ndarray, "n d_in"]
    ) -> Iterator[tuple[str, Float[np.ndarray, "n d"]]]:
        """Each layer's name and output, in the order of the forward pass."""
        for i, layer in enumerate(self.layers):
            X = layer.forward(X)
            yield f"layers.{i}", X

    def backward(self, grad_logits: Float[np.ndarray, "n d_out"]) -> None:
        """Fill every layer's gradients from ∂L/∂logits of the last forward pass."""
        gradient = grad_logits
        for layer in reversed(self.layers):
            gradient = layer.backward(gradient)

    def parameters(self) -> dict[str, np.ndarray]:
        """The trained arrays themselves, by state_dict names such as layers.0.weight."""
        return self._collect("parameters")

    def gradients(self) -> dict[str, np.ndarray]:
        """∂L/∂parameter by the same names, of the last backward pass."""
        return self._collect("gradients")

    def buffers(self) -> dict[str, np.ndarray]:
        """Batch normalization's running statistics, by name."""
        return self._collect("buffers")

    def _collect(self, kind: str) -> dict[str, np.ndarray]:
        return {
            f"layers.{i}.{name}": array
            for i, layer in enumerate(self.layers)
            for name, array in getattr(layer, kind)().items()
        }

    def state_dict(self) -> dict[str, np.ndarray]:
        """Parameters and buffers, with the names and shapes of tier 3's state_dict."""
        return self.parameters() | self.buffers()

    def load_state_dict(self, state: Mapping[str, np.ndarray]) -> None:
        """Copy a state into the model.

        Raises:
            ValueError: for a name that is missing or unexpected, or another shape.
        """
        own = self.state_dict()
        if state.keys() != own.keys():
            raise ValueError(
                f"these names are in one state only: {sorted(state.keys() ^ own.keys())}"
            )
        for name, array in own.items():
            if state[name].shape != array.shape:
                raise ValueError(f"{name} has shape {state[name].shape} instead of {array.shape}")
            array[...] = state[name]

    def train(self, training: bool = True) -> None:
        """Switch batch normalization and dropout to training (or to evaluation)."""
        for layer in self.layers:
            layer.training = training

    def eval(self) -> None:
        """Switch batch normalization and dropout to evaluation."""
        self.train(False)

    def seed_dropout(self, generator: np.random.Generator) -> None:
        """Draw the next masks of dropout from this generator."""
        for layer in self.layers:
            if isinstance(layer, Dropout):
                layer.generator = generator
