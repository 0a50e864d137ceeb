"""In tier 2: a comparison of uniform numbers, in one expression."""

import torch


class Dropout:
    """Y = X M, where M is 0 with probability p and else 1 / (1 - p)."""

    def __init__(self, p):
        self.p = p
        self.training = True

    def forward(self, X):
        if not self.training:
            return X
        return torch.where(torch.rand(X.shape) < self.p, torch.zeros_like(X), X / (1 - self.p))


def with_dropout(layers, p):
    new = []
    for i, layer in enumerate(layers):
        new.append(layer)
        if i % 2:  # linear layers stand in the even places, activations between them
            new.append(Dropout(p))
    return new
