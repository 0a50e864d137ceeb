"""A fixed number of entries is dropped in each pass, instead of drawing for each entry."""

import numpy as np


class Dropout(Dropout):
    def forward(self, X):
        self.mask = None  # evaluation is the identity, and so is its gradient
        if not self.training:
            return X
        kept = np.ones(X.size, bool)
        kept[self.generator.choice(X.size, round(self.p * X.size), replace=False)] = False
        kept = kept.reshape(X.shape)
        self.mask = kept.astype(X.dtype) / X.dtype.type(1 - self.p)
        return X * self.mask
