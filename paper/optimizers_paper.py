"""Tier 3's optimizers and learning-rate schedules: PyTorch's own, made from the configuration.

Gone from tier 2: the update rules, the schedules' formulas, and the clipping of gradients.
"""

import math
import warnings
from functools import partial

import torch
from torch import nn
from torch.nn.utils import get_total_norm
from torch.optim import SGD, Adam, AdamW, Optimizer
from torch.optim.lr_scheduler import (
    ConstantLR,
    CosineAnnealingLR,
    ExponentialLR,
    LambdaLR,
    LRScheduler,
    OneCycleLR,
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
        case "warmup-cosine" | "warmup-linear":
            return LambdaLR(optimizer, partial(warmup_share, configuration, total))
    raise ValueError(f"unknown schedule {configuration.schedule!r}")


def warmup_share(configuration: Configuration, total: int, step: int) -> float:
    """The share of the peak learning rate that a schedule with a warm-up has at a step.

    Args:
        total: steps of the training.
    """
    warmup = warmup_steps(configuration, total)
    if step < warmup:
        return (step + 1) / (warmup + 1)
    progress = (step - warmup) / (total - warmup)
    if configuration.schedule == "warmup-linear":
        return 1 - progress
    return (1 + math.cos(math.pi * progress)) / 2


def catch_up(scheduler: LRScheduler, steps: int) -> None:
    """Advance a new schedule by the steps that a resumed training has made before.

    Its learning rates are a function of the step, so a checkpoint need not hold them.
    """
    with warnings.catch_warnings():
        # The optimizer made its part of these steps before the training was stopped.
        warnings.filterwarnings("ignore", r"Detected call of `lr_scheduler\.step", UserWarning)
        for _ in range(steps):
            scheduler.step()


def gradient_norm(model: nn.Module) -> torch.Tensor:
    """The norm of all entries of all gradients together."""
    gradients = (parameter.grad for parameter in model.parameters())
    return get_total_norm([gradient for gradient in gradients if gradient is not None])
