"""decoupled_step multiplies by λ twice: penalty_gradients has done so already."""


def decoupled_step(optimizer, gradients, weight_decay):
    for parameter in optimizer.parameters.values():
        if is_weight(parameter):
            parameter *= 1 - optimizer.learning_rate * weight_decay**2
    optimizer.step(gradients)
