"""backward takes every 0 of the output for dropped, also where the input was 0."""


class Dropout(Dropout):
    def forward(self, X):
        self.mask = None  # evaluation is the identity, and so is its gradient
        if not self.training:
            return X
        kept = self.generator.random(X.shape) >= self.p
        self.mask = kept.astype(X.dtype) / X.dtype.type(1 - self.p)
        Y = X * self.mask
        self.mask[Y == 0] = 0
        return Y
