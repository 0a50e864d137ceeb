"""l2_step multiplies the gradient by that of the penalty: they add up."""


def l2_step(optimizer, gradients, weight_decay):
    weights = {name: W for name, W in optimizer.parameters.items() if is_weight(W)}
    decay = penalty_gradients(weights, weight_decay)
    optimizer.step({name: gradients[name] * decay.get(name, 1) for name in gradients})
