"""The entries that are kept are divided by p instead of 1 - p."""


class Dropout(Dropout):
    def forward(self, X):
        self.mask = None  # evaluation is the identity, and so is its gradient
        if not self.training:
            return X
        kept = self.generator.random(X.shape) >= self.p
        self.mask = kept.astype(X.dtype) / X.dtype.type(self.p or 1)
        return X * self.mask
