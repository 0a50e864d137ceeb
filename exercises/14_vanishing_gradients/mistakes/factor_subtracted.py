"""factor_per_layer takes the difference of the norms: r is a root of their ratio."""


def factor_per_layer(norms):
    return (norms[0] - norms[-1]) / (len(norms) - 1)
