"""factor_per_layer raises the ratio to the power of K - 1 instead of 1/(K - 1)."""


def factor_per_layer(norms):
    return (norms[0] / norms[-1]) ** (len(norms) - 1)
