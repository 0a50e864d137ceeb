"""Where λ is 0 the dictionary is empty: it has all names, with arrays of zeros."""

import numpy as np


def penalty_gradients(parameters, weight_decay):
    if weight_decay == 0:
        return {}
    return {
        name: weight_decay * parameter if is_weight(parameter) else np.zeros_like(parameter)
        for name, parameter in parameters.items()
    }
