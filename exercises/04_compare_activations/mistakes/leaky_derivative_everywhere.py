"""The derivative of leaky_relu is 1 where Z is positive, and not 1 + slope."""


def leaky_relu_derivative(Z, slope=0.01):
    return (Z > 0) + slope
