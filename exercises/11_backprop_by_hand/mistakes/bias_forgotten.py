"""linear_forward does not add the bias."""


def linear_forward(X, W, b):
    return X @ W.T
