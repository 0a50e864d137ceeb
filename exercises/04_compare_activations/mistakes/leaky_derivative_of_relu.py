"""leaky_relu_derivative is 0 where Z is negative, and has to be the slope."""


def leaky_relu_derivative(Z, slope=0.01):
    return (Z > 0).astype(float)
