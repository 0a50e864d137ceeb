"""decoupled_step shrinks the learning rate instead of the weights."""


def decoupled_step(optimizer, gradients, weight_decay):
    optimizer.learning_rate *= 1 - weight_decay
    optimizer.step(gradients)
