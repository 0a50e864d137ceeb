"""decoupled_step decays twice: past the optimizer, and through the gradient besides."""


def decoupled_step(optimizer, gradients, weight_decay):
    decay = penalty_gradients(optimizer.parameters, weight_decay)
    for parameter in optimizer.parameters.values():
        if is_weight(parameter):
            parameter *= 1 - optimizer.learning_rate * weight_decay
    optimizer.step({name: gradients[name] + decay[name] for name in gradients})
