"""The ReLU returns 1 where Z is positive instead of Z itself."""


def relu_forward(X, layers):
    A = X
    for W, b in layers[:-1]:
        Z = A @ W.T + b
        A = (Z > 0).astype(float)
    W, b = layers[-1]
    return A @ W.T + b
