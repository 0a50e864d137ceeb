"""backward after an evaluation pass still uses the mask of an earlier training pass."""


class Dropout(Dropout):
    def forward(self, X):
        if not self.training:
            return X
        kept = self.generator.random(X.shape) >= self.p
        self.mask = kept.astype(X.dtype) / X.dtype.type(1 - self.p)
        return X * self.mask

    def backward(self, grad_Y):
        return grad_Y * self.mask if hasattr(self, "mask") else grad_Y
