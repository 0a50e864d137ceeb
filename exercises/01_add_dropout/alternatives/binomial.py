"""Draws the mask as binomial numbers, and scales the output rather than the mask."""

import numpy as np


class Dropout:
    """Y = X M, where M is 0 with probability p and else 1 / (1 - p)."""

    def __init__(self, p):
        self.p = p
        self.training = True
        self.generator = np.random.default_rng()

    def forward(self, X):
        self.mask = None  # evaluation is the identity, and so is its gradient
        if not self.training:
            return X
        kept = np.random.binomial(1, 1 - self.p, X.shape)
        self.mask = kept.astype(X.dtype) / X.dtype.type(1 - self.p)
        return X * self.mask

    def backward(self, grad_Y):
        return grad_Y if self.mask is None else grad_Y * self.mask


def with_dropout(layers, p):
    new = []
    for i, layer in enumerate(layers):
        new.append(layer)
        if i % 2:  # linear layers stand in the even places, activations between them
            new.append(Dropout(p))
    return new
