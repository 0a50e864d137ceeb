"""tanh_derivative takes its argument for A, and it is given Z."""


def tanh_derivative(Z):
    return 1 - Z**2
