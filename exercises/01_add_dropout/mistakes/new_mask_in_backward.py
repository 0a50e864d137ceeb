"""backward draws a mask of its own instead of using forward's."""


class Dropout(Dropout):
    def backward(self, grad_Y):
        if self.mask is None:
            return grad_Y
        kept = self.generator.random(grad_Y.shape) >= self.p
        return grad_Y * kept.astype(grad_Y.dtype) / grad_Y.dtype.type(1 - self.p)
