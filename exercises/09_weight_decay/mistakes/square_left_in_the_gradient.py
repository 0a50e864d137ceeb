"""The gradient is λ/2 W², the penalty's own terms: the derivative of W² is 2 W."""

import numpy as np


def penalty_gradients(parameters, weight_decay):
    return {
        name: weight_decay / 2 * parameter**2 if is_weight(parameter) else np.zeros_like(parameter)
        for name, parameter in parameters.items()
    }


def l2_step(optimizer, gradients, weight_decay):
    decay = {
        name: weight_decay * parameter * is_weight(parameter)
        for name, parameter in optimizer.parameters.items()
    }
    optimizer.step({name: gradients[name] + decay[name] for name in gradients})
