"""The random numbers are uniform from -1 to 1: they have to be from 0 to 1."""


class Dropout(Dropout):
    def forward(self, X):
        self.mask = None  # evaluation is the identity, and so is its gradient
        if not self.training:
            return X
        kept = self.generator.uniform(-1, 1, X.shape) >= self.p
        self.mask = kept.astype(X.dtype) / X.dtype.type(1 - self.p)
        return X * self.mask
