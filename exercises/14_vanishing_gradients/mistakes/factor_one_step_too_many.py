"""factor_per_layer counts K steps; between K layers there are K - 1."""


def factor_per_layer(norms):
    return (norms[0] / norms[-1]) ** (1 / len(norms))
