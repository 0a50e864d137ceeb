"""sigmoid_derivative takes its argument for A, and it is given Z."""


def sigmoid_derivative(Z):
    return Z * (1 - Z)
