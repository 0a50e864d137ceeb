"""factor_per_layer divides the last norm by the first."""


def factor_per_layer(norms):
    return (norms[-1] / norms[0]) ** (1 / (len(norms) - 1))
