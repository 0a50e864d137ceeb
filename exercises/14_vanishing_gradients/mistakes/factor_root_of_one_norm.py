"""The power binds before the division: the root is taken of the last norm alone."""


def factor_per_layer(norms):
    return norms[0] / norms[-1] ** (1 / (len(norms) - 1))
