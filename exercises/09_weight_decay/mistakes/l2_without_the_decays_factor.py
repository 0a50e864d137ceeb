"""l2_step adds W instead of λ W."""


def l2_step(optimizer, gradients, weight_decay):
    decay = penalty_gradients(optimizer.parameters, 1.0)
    optimizer.step({name: gradients[name] + decay[name] for name in gradients})
