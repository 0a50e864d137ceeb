"""pop takes a layer out of the caller's list, which has to stay as it was."""


def linear_forward(X, layers):
    Z = X
    while layers:
        W, b = layers.pop(0)
        Z = Z @ W.T + b
    return Z
