"""Training divides by 1 - p, and evaluation multiplies by it as well."""


class Dropout(Dropout):
    def forward(self, X):
        self.mask = None  # evaluation is the identity, and so is its gradient
        if not self.training:
            return X * X.dtype.type(1 - self.p)
        kept = self.generator.random(X.shape) >= self.p
        self.mask = kept.astype(X.dtype) / X.dtype.type(1 - self.p)
        return X * self.mask
