"""p is taken for the probability of keeping an entry; it is the one of dropping it."""


class Dropout(Dropout):
    def forward(self, X):
        self.mask = None  # evaluation is the identity, and so is its gradient
        if not self.training:
            return X
        p = self.p or 1  # one mistake for all that is written of p = 0
        kept = self.generator.random(X.shape) < p
        self.mask = kept.astype(X.dtype) / X.dtype.type(p)
        return X * self.mask
