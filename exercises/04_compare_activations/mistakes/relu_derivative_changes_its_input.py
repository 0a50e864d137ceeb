"""Z itself is changed instead of a copy."""


def relu_derivative(Z):
    Z[Z <= 0] = 0
    Z[Z > 0] = 1
    return Z
