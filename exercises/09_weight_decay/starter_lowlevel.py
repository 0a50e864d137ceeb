"""Exercise 09 in tier 2: python -m exercises check 09 --tier lowlevel"""

import torch


def penalty(parameters, weight_decay):
    """R, a tensor of a single number."""
    raise NotImplementedError


def penalty_gradients(parameters, weight_decay):
    """∂R/∂parameter, by name."""
    raise NotImplementedError


def l2_step(optimizer, gradients, weight_decay):
    """One step of the optimizer on the loss with the penalty."""
    raise NotImplementedError


def decoupled_step(optimizer, gradients, weight_decay):
    """One step of the optimizer on the loss alone; the weights shrink besides."""
    raise NotImplementedError
