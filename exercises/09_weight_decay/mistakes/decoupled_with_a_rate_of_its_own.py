"""decoupled_step has a learning rate of its own: take optimizer.learning_rate."""


def decoupled_step(optimizer, gradients, weight_decay):
    for parameter in optimizer.parameters.values():
        if is_weight(parameter):
            parameter *= 1 - 0.01 * weight_decay
    optimizer.step(gradients)
