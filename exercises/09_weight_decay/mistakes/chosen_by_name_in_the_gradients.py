"""The name decides what is decayed, and batch normalization's scale is called weight, too."""

import numpy as np


def penalty_gradients(parameters, weight_decay):
    return {
        name: weight_decay * parameter if "weight" in name else np.zeros_like(parameter)
        for name, parameter in parameters.items()
    }
