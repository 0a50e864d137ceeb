"""decoupled_step decays twice: past the optimizer, and through the gradient besides."""


def decoupled_step(optimizer, gradients, weight_decay):
    decay = penalty_gradients(optimizer.parameters, weight_decay)
    l2_step(optimizer, gradients, weight_decay)
    for name, parameter in optimizer.parameters.items():
        parameter -= optimizer.learning_rate * decay[name]
