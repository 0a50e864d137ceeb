"""The derivatives take their argument for A, and they are given Z."""


def sigmoid_derivative(Z):
    return Z * (1 - Z)


def tanh_derivative(Z):
    return 1 - Z**2
