"""Evaluation multiplies by 1 - p, though training has scaled already or should have."""


class Dropout(Dropout):
    def forward(self, X):
        self.mask = None  # evaluation is the identity, and so is its gradient
        if not self.training:
            return X * X.dtype.type(1 - self.p)
        kept = self.generator.random(X.shape) >= self.p
        self.mask = kept.astype(X.dtype)
        return X * self.mask
