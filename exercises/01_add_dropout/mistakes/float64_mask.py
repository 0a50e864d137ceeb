"""The mask is float64, and makes float64 of a float32 minibatch."""

import numpy as np


class Dropout(Dropout):
    def forward(self, X):
        self.mask = None  # evaluation is the identity, and so is its gradient
        if not self.training:
            return X
        kept = self.generator.random(X.shape) >= self.p
        self.mask = kept / np.float64(1 - self.p)
        return X * self.mask
