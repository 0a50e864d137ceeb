"""The gradients of biases are not 0: only parameters with two axes are decayed."""


def penalty(parameters, weight_decay):
    return weight_decay / 2 * sum((W**2).sum() for W in parameters.values() if W.ndim == 2)


def penalty_gradients(parameters, weight_decay):
    return {name: weight_decay * parameter for name, parameter in parameters.items()}


def l2_step(optimizer, gradients, weight_decay):
    new = {}
    for name, parameter in optimizer.parameters.items():
        new[name] = gradients[name]
        if parameter.ndim == 2:
            new[name] = gradients[name] + weight_decay * parameter
    optimizer.step(new)


def decoupled_step(optimizer, gradients, weight_decay):
    for parameter in optimizer.parameters.values():
        if parameter.ndim == 2:
            parameter *= 1 - optimizer.learning_rate * weight_decay
    optimizer.step(gradients)
