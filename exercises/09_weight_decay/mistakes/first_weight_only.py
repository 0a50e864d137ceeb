"""The penalty is that of the first weight (does the return stand in the loop?)."""


def penalty(parameters, weight_decay):
    for W in parameters.values():
        if is_weight(W):
            return weight_decay / 2 * (W**2).sum()
