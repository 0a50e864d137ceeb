"""One row of the mask is used for all examples, which all lose the same units."""


class Dropout(Dropout):
    def forward(self, X):
        self.mask = None  # evaluation is the identity, and so is its gradient
        if not self.training:
            return X
        kept = self.generator.random(X.shape[1]) >= self.p
        self.mask = kept.astype(X.dtype) / X.dtype.type(1 - self.p)
        return X * self.mask
