"""decoupled_step multiplies by 1 - η: λ is missing."""


def decoupled_step(optimizer, gradients, weight_decay):
    for parameter in optimizer.parameters.values():
        if is_weight(parameter):
            parameter *= 1 - optimizer.learning_rate
    optimizer.step(gradients)
