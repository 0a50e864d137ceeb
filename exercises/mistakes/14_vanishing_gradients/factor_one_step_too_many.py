"""factor_per_layer counts L steps; between L layers there are L - 1."""


def factor_per_layer(norms):
    return (norms[0] / norms[-1]) ** (1 / len(norms))
