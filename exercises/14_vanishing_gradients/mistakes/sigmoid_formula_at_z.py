"""The derivative of the sigmoid is written Z (1 - Z), with Z for the sigmoid's value."""


def derivative(activation, Z):
    A = apply(activation, Z)
    if activation == "sigmoid":
        return Z * (1 - Z)
    return 1 - A * A if activation == "tanh" else (Z > 0).astype(Z.dtype)
