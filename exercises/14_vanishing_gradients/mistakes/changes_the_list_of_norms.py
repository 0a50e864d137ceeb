"""norms.reverse() turns round the list that was handed in; norms[::-1] does not."""


def factor_per_layer(norms):
    norms.reverse()
    return (norms[-1] / norms[0]) ** (1 / (len(norms) - 1))
