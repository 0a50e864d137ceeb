"""One way for the checks to speak to answers of every tier: NumPy goes in, and NumPy comes out."""

from typing import Any

import numpy as np

from exercises.checker.checking import Failed, described


class NumPyTier:
    """Answers in NumPy: they compute gradients themselves."""

    name = "numpy"

    def array(self, values: Any, dtype: str = "float64") -> Any:
        """A new array of the tier's own kind."""
        return np.array(values, dtype)

    def numbers(self, call: str, value: Any) -> np.ndarray:
        """What a call returned, as a NumPy array in float64.

        Raises:
            Failed: if it is not an array of the tier's own kind, nor a number.
        """
        if isinstance(value, np.ndarray | np.generic | float | int):
            return np.array(value, np.float64)
        raise Failed(call, "an array of NumPy", described(value))

    def dtype(self, call: str, value: Any) -> str:
        self.numbers(call, value)
        return str(np.asarray(value).dtype)

    def set_training(self, layer: Any, training: bool) -> None:
        layer.training = training

    def forward(self, layer: Any, X: Any) -> Any:
        return layer.forward(X)

    def backward(self, layer: Any, X: Any, grad_output: Any) -> tuple[Any, Any]:
        """A forward and a backward pass: the output and ∂L/∂X."""
        output = layer.forward(X)
        return output, layer.backward(grad_output)

    def parameter_gradient(self, layer: Any, name: str) -> Any:
        return getattr(layer, f"grad_{name}")

    def set_parameter(self, layer: Any, name: str, values: np.ndarray) -> None:
        """Write values into a parameter or a buffer."""
        getattr(layer, name)[...] = values

    def mlp_layers(self, sizes: tuple[int, ...]) -> list[Any]:
        """The layers of the tier's own network: Linear, activation, ..., Linear."""
        from mlp_numpy import MLP

        return list(MLP(sizes).layers)


class TorchTier:
    """Answers in torch, whose gradients autograd computes."""

    def __init__(self, name: str) -> None:
        self.name = name

    def array(self, values: Any, dtype: str = "float64") -> Any:
        """A new tensor."""
        import torch

        return torch.tensor(np.asarray(values).tolist(), dtype=getattr(torch, dtype))

    def numbers(self, call: str, value: Any) -> np.ndarray:
        """What a call returned, as a NumPy array in float64. Raises Failed as NumPyTier's."""
        import torch

        if isinstance(value, torch.Tensor):
            return value.detach().numpy().astype(np.float64)
        raise Failed(call, "a tensor", described(value))

    def dtype(self, call: str, value: Any) -> str:
        self.numbers(call, value)
        return str(value.dtype).removeprefix("torch.")

    def set_training(self, layer: Any, training: bool) -> None:
        if hasattr(layer, "train"):
            layer.train(training)
        else:
            layer.training = training

    def forward(self, layer: Any, X: Any) -> Any:
        return layer(X) if callable(layer) else layer.forward(X)

    def backward(self, layer: Any, X: Any, grad_output: Any) -> tuple[Any, Any]:
        """A forward and a backward pass: the output and ∂L/∂X; 0 where nothing leads back."""
        import torch

        X = X.clone().requires_grad_()
        # An inner node, since autograd forbids changing a leaf in place, which is judged elsewhere.
        output = self.forward(layer, X * 1)
        if output.requires_grad:
            output.backward(grad_output)
        return output, torch.zeros_like(X) if X.grad is None else X.grad

    def parameter_gradient(self, layer: Any, name: str) -> Any:
        return getattr(layer, name).grad

    def set_parameter(self, layer: Any, name: str, values: np.ndarray) -> None:
        """Write values into a parameter or a buffer."""
        import torch

        parameter = getattr(layer, name)
        parameter.grad = None
        with torch.no_grad():
            parameter.copy_(torch.tensor(np.asarray(values)))

    def mlp_layers(self, sizes: tuple[int, ...]) -> list[Any]:
        """The layers of the tier's own network: Linear, activation, ..., Linear."""
        if self.name == "paper":
            from mlp_paper import MLP
        else:
            from mlp_lowlevel import MLP
        return list(MLP(sizes).layers)


Tier = NumPyTier | TorchTier


def adapter(name: str) -> Tier:
    """The adapter of a tier: numpy, lowlevel or paper."""
    return NumPyTier() if name == "numpy" else TorchTier(name)


def unchanged(tier: Tier, call: str, array: Any, before: np.ndarray, name: str) -> None:
    """Fail where the call has changed what was handed to it."""
    if not np.array_equal(tier.numbers(call, array), before):
        raise Failed(call, f"{name} is left as it was", f"{name} was changed in place")
