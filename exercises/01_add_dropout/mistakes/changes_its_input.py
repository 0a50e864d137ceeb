"""forward multiplies X in place, and so changes the caller's array."""


class Dropout(Dropout):
    def forward(self, X):
        self.mask = None  # evaluation is the identity, and so is its gradient
        if not self.training:
            return X
        kept = self.generator.random(X.shape) >= self.p
        self.mask = kept.astype(X.dtype) / X.dtype.type(1 - self.p)
        X *= self.mask
        return X
