"""A fixed number of entries is dropped in each column, instead of drawing for each entry."""

import numpy as np


class Dropout(Dropout):
    def forward(self, X):
        self.mask = None  # evaluation is the identity, and so is its gradient
        if not self.training:
            return X
        kept = np.ones(X.shape, bool)
        for column in kept.T:
            count = round(self.p * len(column))
            column[self.generator.choice(len(column), count, replace=False)] = False
        self.mask = kept.astype(X.dtype) / X.dtype.type(1 - self.p)
        return X * self.mask
