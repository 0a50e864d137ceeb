"""l2_step leaves the biases out of the dictionary: optimizer.step needs all names."""


def l2_step(optimizer, gradients, weight_decay):
    decay = penalty_gradients(optimizer.parameters, weight_decay)
    optimizer.step(
        {name: gradients[name] + decay[name] for name in gradients if gradients[name].ndim == 2}
    )
