"""Z itself is changed instead of a copy."""


def leaky_relu(Z, slope=0.01):
    Z[Z < 0] *= slope
    return Z
