"""The name decides what is decayed, and batch normalization's scale is called weight, too."""


def decoupled_step(optimizer, gradients, weight_decay):
    for name, parameter in optimizer.parameters.items():
        if "weight" in name:
            parameter *= 1 - optimizer.learning_rate * weight_decay
    optimizer.step(gradients)
