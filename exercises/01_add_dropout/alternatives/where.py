"""Keeps a mask of truth values and chooses with np.where."""

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
        kept = self.generator.random(X.shape) >= self.p
        self.mask = kept
        return np.where(kept, X / X.dtype.type(1 - self.p), X.dtype.type(0))

    def backward(self, grad_Y):
        return (
            grad_Y
            if self.mask is None
            else np.where(self.mask, grad_Y / grad_Y.dtype.type(1 - self.p), 0).astype(grad_Y.dtype)
        )


def with_dropout(layers, p):
    new = []
    for i, layer in enumerate(layers):
        new.append(layer)
        if i % 2:  # linear layers stand in the even places, activations between them
            new.append(Dropout(p))
    return new
