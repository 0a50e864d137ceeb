"""training is looked at the wrong way round: entries are dropped in evaluation alone."""


class Dropout(Dropout):
    def forward(self, X):
        self.mask = None  # evaluation is the identity, and so is its gradient
        if self.training:
            return X
        kept = self.generator.random(X.shape) >= self.p
        self.mask = kept.astype(X.dtype) / X.dtype.type(1 - self.p)
        return X * self.mask
