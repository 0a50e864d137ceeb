"""factor_per_layer takes the ratio of two neighbours only."""


def factor_per_layer(norms):
    return norms[0] / norms[1]
