"""factor_per_layer divides the ratio by the number of steps instead of taking the root."""


def factor_per_layer(norms):
    return norms[0] / norms[-1] / (len(norms) - 1)
