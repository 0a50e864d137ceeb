"""The optimizers of tier 2: the update rules of tier 1, on tensors, under `no_grad`.

Gone from tier 1: nothing. New is `no_grad`, needed because the parameters require a gradient and
the update must not become part of the loss.
Weight decay falls on weights only (the parameters with two axes).
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

import torch

Tensors = Mapping[str, torch.Tensor]


class Optimizer(ABC):
    """What all optimizers share.

    Args:
        parameters: the tensors to update, by name.
        learning_rate: of the next step; a schedule may set it before each.
        weight_decay: λ, on weights only.
    """

    buffer_names: tuple[str, ...] = ()

    def __init__(
        self, parameters: Tensors, learning_rate: float, weight_decay: float = 0.0
    ) -> None:
        self.parameters = parameters
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.steps = 0
        self.buffers = {
            buffer: {
                name: torch.zeros_like(tensor, requires_grad=False)
                for name, tensor in parameters.items()
            }
            for buffer in self.buffer_names
        }

    def decays(self, name: str) -> bool:
        """Whether weight decay falls on this parameter."""
        return self.weight_decay != 0 and self.parameters[name].ndim == 2

    @torch.no_grad()
    def step(self, gradients: Tensors) -> None:
        """Update every parameter in place from its gradient of the same name."""
        self.steps += 1
        for name, parameter in self.parameters.items():
            self.update(name, parameter, gradients[name])

    @abstractmethod
    def update(self, name: str, parameter: torch.Tensor, gradient: torch.Tensor) -> None:
        """Update one parameter in place."""

    def state_dict(self) -> dict[str, torch.Tensor]:
        """All that a resumed run needs, by names such as momentum_buffer.layers.0.weight."""
        state = {
            f"{buffer}.{name}": tensor
            for buffer, tensors in self.buffers.items()
            for name, tensor in tensors.items()
        }
        return state | {"step": torch.tensor(self.steps)}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """The inverse of `state_dict`, from tensors or NumPy arrays."""
        for buffer, tensors in self.buffers.items():
            for name, tensor in tensors.items():
                tensor.copy_(torch.as_tensor(state[f"{buffer}.{name}"]))
        self.steps = int(state["step"])


class SGD(Optimizer):
    """Stochastic gradient descent with momentum: v ← μ v + g, W ← W - η v.

    With Nesterov's momentum W ← W - η (g + μ v), the gradient as if one step ahead. Weight decay
    is coupled: g ← g + λ W.
    """

    def __init__(
        self,
        parameters: Tensors,
        learning_rate: float,
        momentum: float = 0.0,
        nesterov: bool = False,
        weight_decay: float = 0.0,
    ) -> None:
        # Plain gradient descent keeps no velocity.
        self.buffer_names = ("momentum_buffer",) if momentum else ()
        super().__init__(parameters, learning_rate, weight_decay)
        self.momentum = momentum
        self.nesterov = nesterov

    def update(self, name, parameter, gradient):
        if self.decays(name):
            gradient = gradient + self.weight_decay * parameter
        if self.momentum:
            velocity = self.buffers["momentum_buffer"][name]
            velocity.mul_(self.momentum).add_(gradient)
            gradient = gradient + self.momentum * velocity if self.nesterov else velocity
        parameter.sub_(gradient, alpha=self.learning_rate)


class Adam(Optimizer):
    """Adam (Kingma & Ba 2015, algorithm 1), with weight decay coupled: g ← g + λ W."""

    buffer_names = ("exp_avg", "exp_avg_sq")
    beta_1 = 0.9
    beta_2 = 0.999
    epsilon = 1e-8

    def update(self, name, parameter, gradient):
        if self.decays(name):
            gradient = gradient + self.weight_decay * parameter
        self.update_by_moments(name, parameter, gradient)

    def update_by_moments(self, name: str, parameter: torch.Tensor, gradient: torch.Tensor) -> None:
        """W ← W - η m̂ / (sqrt(v̂) + ε), m and v being running means of g and g²."""
        m = self.buffers["exp_avg"][name]
        v = self.buffers["exp_avg_sq"][name]
        m.mul_(self.beta_1).add_(gradient, alpha=1 - self.beta_1)
        v.mul_(self.beta_2).addcmul_(gradient, gradient, value=1 - self.beta_2)
        # m and v start at 0; dividing by 1 - β^t takes out their pull towards it.
        correction_1 = 1 - self.beta_1**self.steps
        correction_2 = 1 - self.beta_2**self.steps
        denominator = v.sqrt().div_(math.sqrt(correction_2)).add_(self.epsilon)
        parameter.addcdiv_(m, denominator, value=-self.learning_rate / correction_1)


class AdamW(Adam):
    """Adam with weight decay decoupled from it: W ← W - η λ W (Loshchilov & Hutter 2019)."""

    def update(self, name, parameter, gradient):
        if self.decays(name):
            parameter.mul_(1 - self.learning_rate * self.weight_decay)
        self.update_by_moments(name, parameter, gradient)


def gradient_norm(gradients: Tensors) -> torch.Tensor:
    """The norm of all entries of all gradients together.

    A tensor of one: reading the number would make Python wait for a GPU.
    """
    return torch.stack([gradient.norm() for gradient in gradients.values()]).norm()


def clip_gradient_norm(gradients: Tensors, max_norm: float, norm: torch.Tensor) -> None:
    """Scale all gradients, in place, so that their norm is at most max_norm.

    Pascanu et al. 2013, algorithm 1.

    Args:
        norm: their norm before, as `gradient_norm` computes it.
    """
    # PyTorch's formula, whose 1e-6 keeps a gradient of 0 from dividing by 0.
    scale = (max_norm / (norm + 1e-6)).clamp(max=1.0)
    for gradient in gradients.values():
        gradient.mul_(scale)
