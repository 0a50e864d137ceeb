"""decoupled_step takes η λ times the gradient off: it is η λ W."""


def decoupled_step(optimizer, gradients, weight_decay):
    for name, parameter in optimizer.parameters.items():
        if is_weight(parameter):
            parameter -= optimizer.learning_rate * weight_decay * gradients[name]
    optimizer.step(gradients)
