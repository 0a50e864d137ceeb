"""linear_forward stops after the first layer (does the return stand in the loop?)."""


def linear_forward(X, layers):
    for W, b in layers:
        X = X @ W.T + b
        return X
