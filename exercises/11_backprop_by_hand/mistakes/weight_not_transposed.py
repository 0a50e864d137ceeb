"""linear_forward multiplies by W: W is (out, in), so that X @ W.T is meant."""


def linear_forward(X, W, b):
    return X @ W + b
