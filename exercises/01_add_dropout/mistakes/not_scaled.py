"""The entries that are kept are not divided by 1 - p."""


class Dropout(Dropout):
    def forward(self, X):
        self.mask = None  # evaluation is the identity, and so is its gradient
        if not self.training:
            return X
        kept = self.generator.random(X.shape) >= self.p
        self.mask = kept.astype(X.dtype)
        return X * self.mask
