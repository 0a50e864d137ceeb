"""The penalty is 2 λ times the sum of the squares: it is λ/2 times."""


def penalty(parameters, weight_decay):
    return 2 * weight_decay * sum((W**2).sum() for W in parameters.values() if is_weight(W))
