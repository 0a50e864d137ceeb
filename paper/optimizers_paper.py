"""Tier 3's optimizers and learning-rate schedules: PyTorch's own, made from the configuration.

Gone from tier 2: the update rules, the schedules' formulas, and the clipping of gradients.
"""

import torch
from torch import nn
from torch.nn.utils import get_total_norm
from torch.optim import SGD, Adam, AdamW, Optimizer
from torch.optim.lr_scheduler import (
    ConstantLR,
    CosineAnnealingLR,
    ExponentialLR,
    LinearLR,
    LRScheduler,
    OneCycleLR,
    SequentialLR,
    StepLR,
)

from common.configuration import Configuration
from common.schedules import ONE_CYCLE_END, ONE_CYCLE_START, warmup_steps


def make_optimizer(configuration: Configuration, model: nn.Module) -> Optimizer:
    """The optimizer that the configuration names, with weight decay on weights only."""
    weights = [parameter for parameter in model.parameters() if parameter.ndim == 2]
    others = [parameter for parameter in model.parameters() if parameter.ndim != 2]
    groups = [
        {"params": weights, "weight_decay": configuration.weight_decay},
        {"params": others, "weight_decay": 0.0},
    ]
    rate, momentum = configuration.peak_learning_rate, configuration.momentum
    # fused: one pass over the memory of a parameter instead of one for each term of the formula.
    match configuration.optimizer:
        case "sgd":
            return SGD(groups, rate, momentum, nesterov=configuration.nesterov, fused=True)
        case "adam":
            return Adam(groups, rate, fused=True)
        case "adamw":
            return AdamW(groups, rate, fused=True)
    raise ValueError(f"unknown optimizer {configuration.optimizer!r}")


def make_scheduler(
    configuration: Configuration, optimizer: Optimizer, steps_per_epoch: int
) -> LRScheduler:
    """The learning-rate schedule that the configuration names, advanced after each step."""
    epoch, total = steps_per_epoch, steps_per_epoch * configuration.epochs
    warmup = warmup_steps(configuration, total)
    match configuration.schedule:
        case "constant":
            return ConstantLR(optimizer, factor=1.0)
        case "step":
            return StepLR(optimizer, configuration.decay_epochs * epoch, configuration.decay_factor)
        case "exponential":
            return ExponentialLR(optimizer, configuration.decay_factor ** (1 / epoch))
        case "cosine":
            return CosineAnnealingLR(optimizer, total)
        case "one-cycle":
            return OneCycleLR(
                optimizer,
                configuration.peak_learning_rate,
                total,
                pct_start=configuration.warmup,
                cycle_momentum=False,
                div_factor=ONE_CYCLE_START,
                final_div_factor=ONE_CYCLE_END,
            )
        case "warmup-cosine":
            decay: LRScheduler = CosineAnnealingLR(optimizer, total - warmup)
        case "warmup-linear":
            decay = LinearLR(optimizer, 1.0, 0.0, total - warmup)
        case _:
            raise ValueError(f"unknown schedule {configuration.schedule!r}")
    if warmup == 0:
        return decay
    rise = LinearLR(optimizer, 1 / (warmup + 1), 1.0, warmup)
    return SequentialLR(optimizer, [rise, decay], [warmup])


def gradient_norm(model: nn.Module) -> torch.Tensor:
    """The norm of all entries of all gradients together."""
    gradients = (parameter.grad for parameter in model.parameters())
    return get_total_norm([gradient for gradient in gradients if gradient is not None])
