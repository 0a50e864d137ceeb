"""linear_forward goes through the layers from the last to the first."""


def linear_forward(X, layers):
    Z = X
    for W, b in reversed(layers):
        Z = Z @ W.T + b
    return Z
