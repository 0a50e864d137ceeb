"""Everything is decayed, biases too: only parameters with two axes are."""


def penalty(parameters, weight_decay):
    return weight_decay / 2 * sum((W**2).sum() for W in parameters.values())


def penalty_gradients(parameters, weight_decay):
    return {name: weight_decay * parameter for name, parameter in parameters.items()}


def l2_step(optimizer, gradients, weight_decay):
    parameters = optimizer.parameters
    optimizer.step({k: gradients[k] + weight_decay * parameters[k] for k in gradients})


def decoupled_step(optimizer, gradients, weight_decay):
    for parameter in optimizer.parameters.values():
        parameter *= 1 - optimizer.learning_rate * weight_decay
    optimizer.step(gradients)
