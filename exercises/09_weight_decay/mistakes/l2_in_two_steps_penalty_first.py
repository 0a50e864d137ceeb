"""l2_step calls optimizer.step twice: one step is made, from the sum of both gradients."""


def l2_step(optimizer, gradients, weight_decay):
    optimizer.step(penalty_gradients(optimizer.parameters, weight_decay))
    optimizer.step(gradients)
