"""A fixed number of entries is dropped in each row, instead of drawing for each entry."""

import numpy as np


class Dropout(Dropout):
    def forward(self, X):
        self.mask = None  # evaluation is the identity, and so is its gradient
        if not self.training:
            return X
        kept = np.ones(X.shape, bool)
        for row in kept:
            row[self.generator.choice(len(row), round(self.p * len(row)), replace=False)] = False
        self.mask = kept.astype(X.dtype) / X.dtype.type(1 - self.p)
        return X * self.mask
