"""The derivative of tanh is 1 - A², and 1 + A² was used."""


def derivative(activation, Z):
    A = apply(activation, Z)
    if activation == "sigmoid":
        return A * (1 - A)
    return 1 + A * A if activation == "tanh" else (Z > 0).astype(Z.dtype)
