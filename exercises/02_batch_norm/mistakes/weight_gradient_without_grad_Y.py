"""The gradient of γ is the sum of the normalized X alone: grad_Y is left out of the product."""


class BatchNorm1d(BatchNorm1d):
    def backward(self, grad_Y):
        grad_X = super().backward(grad_Y)
        self.grad_weight = self.normalized.sum(axis=0)
        return grad_X
