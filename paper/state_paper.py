"""The states of PyTorch's optimizers under the names that a checkpoint of any tier has."""

from collections.abc import Mapping

import torch
from torch import nn
from torch.optim import SGD, Optimizer


class OptimizerState:
    """An optimizer's state by the names of the parameters, which PyTorch only numbers.

    Args:
        model, optimizer: the optimizer holds the model's parameters.
    """

    def __init__(self, model: nn.Module, optimizer: Optimizer) -> None:
        self.parameters = dict(model.named_parameters())
        self.optimizer = optimizer
        self.steps = 0
        if not isinstance(optimizer, SGD):
            self.buffer_names: tuple[str, ...] = ("exp_avg", "exp_avg_sq")
        elif optimizer.defaults["momentum"]:
            self.buffer_names = ("momentum_buffer",)
        else:
            self.buffer_names = ()
        # SGD does not count its steps.
        optimizer.register_step_post_hook(self._count)

    def _count(self, *_: object) -> None:
        self.steps += 1

    def state_dict(self) -> dict[str, torch.Tensor]:
        """Such as momentum_buffer.layers.0.weight; zeros before the first step."""
        state = {
            f"{buffer}.{name}": self.optimizer.state[parameter].get(
                buffer, torch.zeros_like(parameter)
            )
            for buffer in self.buffer_names
            for name, parameter in self.parameters.items()
        }
        return state | {"step": torch.tensor(self.steps)}

    def load_state_dict(self, state: Mapping[str, torch.Tensor]) -> None:
        """The inverse of `state_dict`."""
        self.steps = int(state["step"])
        for name, parameter in self.parameters.items():
            entries = {buffer: state[f"{buffer}.{name}"].clone() for buffer in self.buffer_names}
            if not isinstance(self.optimizer, SGD):
                entries["step"] = torch.tensor(float(self.steps), device=parameter.device)
            self.optimizer.state[parameter] = entries
