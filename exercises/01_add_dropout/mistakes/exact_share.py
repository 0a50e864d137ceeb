"""The first part of the entries is dropped, always the same ones: nothing is random."""

import numpy as np


class Dropout(Dropout):
    def forward(self, X):
        self.mask = None  # evaluation is the identity, and so is its gradient
        if not self.training:
            return X
        kept = (np.arange(X.size) >= self.p * X.size).reshape(X.shape)
        self.mask = kept.astype(X.dtype) / X.dtype.type(1 - self.p)
        return X * self.mask
