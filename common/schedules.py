"""Learning-rate schedules: pure functions of the step, for tiers 1 and 2.

Tier 3 uses `torch.optim.lr_scheduler`, whose formulas these are; tests hold the two equal at
every step.
"""

import math

from common.configuration import Configuration

# The one-cycle schedule starts at peak / 25 and ends at start / 10,000, as OneCycleLR does.
ONE_CYCLE_START = 25
ONE_CYCLE_END = 10_000


def scheduled_learning_rate(configuration: Configuration, step: int, steps_per_epoch: int) -> float:
    """The learning rate of one update.

    Args:
        configuration: the peak (`learning_rate`), the schedule's name and its shape.
        step: updates made before this one in the whole run: 0, 1, 2, ...
        steps_per_epoch: minibatches in one epoch.
    """
    peak = configuration.peak_learning_rate
    epoch = steps_per_epoch
    total = steps_per_epoch * configuration.epochs
    warmup = warmup_steps(configuration, total)
    match configuration.schedule:
        case "constant":
            return peak
        case "step":
            decays = step // (configuration.decay_epochs * epoch)
            return peak * configuration.decay_factor**decays
        case "exponential":
            return peak * configuration.decay_factor ** (step / epoch)
        case "cosine":
            return _cosine(peak, 0.0, step / total)
        case "warmup-cosine":
            if step < warmup:
                return _warm_up(peak, step, warmup)
            return _cosine(peak, 0.0, (step - warmup) / (total - warmup))
        case "warmup-linear":
            if step < warmup:
                return _warm_up(peak, step, warmup)
            return peak * (1 - (step - warmup) / (total - warmup))
        case "one-cycle":
            return _one_cycle(peak, step, total, configuration.warmup)
    raise ValueError(f"unknown schedule {configuration.schedule!r}")


def warmup_steps(configuration: Configuration, total_steps: int) -> int:
    """Steps of the linear rise: the last of them is one step short of the peak."""
    return int(configuration.warmup * total_steps)


def _warm_up(peak: float, step: int, warmup: int) -> float:
    # Starts above 0: a first step at learning rate 0 would be a step for nothing.
    return peak * (step + 1) / (warmup + 1)


def _cosine(start: float, end: float, share: float) -> float:
    """From start to end along half a cosine (Loshchilov & Hutter 2017, eq. 5)."""
    return end + (start - end) * (1 + math.cos(math.pi * share)) / 2


def _one_cycle(peak: float, step: int, total: int, warmup: float) -> float:
    """Up along one half cosine and down along another (Smith & Topin 2018)."""
    start = peak / ONE_CYCLE_START
    end = start / ONE_CYCLE_END
    # As in OneCycleLR, the peak may lie between two steps.
    top = warmup * total - 1
    if step <= top:
        return _cosine(start, peak, step / top)
    return _cosine(peak, end, (step - top) / (total - 1 - top))
