"""1 / K - 1 takes 1 off the fraction: the exponent is 1 / (K - 1)."""


def factor_per_layer(norms):
    return (norms[0] / norms[-1]) ** (1 / len(norms) - 1)
