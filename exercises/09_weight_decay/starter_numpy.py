"""Exercise 09: python -m exercises check 09"""

import numpy as np


def penalty(parameters, weight_decay):
    """R, a number."""
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
