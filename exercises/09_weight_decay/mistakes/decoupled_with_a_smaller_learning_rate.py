"""decoupled_step shrinks the learning rate instead of the weights."""


def decoupled_step(optimizer, gradients, weight_decay):
    learning_rate = optimizer.learning_rate
    optimizer.learning_rate = learning_rate * (1 - weight_decay)
    optimizer.step(gradients)
    optimizer.learning_rate = learning_rate
