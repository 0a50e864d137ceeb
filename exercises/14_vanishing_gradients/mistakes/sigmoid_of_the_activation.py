"""The derivative of the sigmoid is taken at A instead of at Z."""


def derivative(activation, Z):
    A = apply(activation, Z)
    if activation == "sigmoid":
        again = apply(activation, A)
        return again * (1 - again)
    return 1 - A * A if activation == "tanh" else (Z > 0).astype(Z.dtype)
