"""The gradient of weight is taken with Y instead of with the normalized X."""


class BatchNorm1d(BatchNorm1d):
    def backward(self, grad_Y):
        n = len(grad_Y)
        self.grad_weight = (grad_Y * self.normalized).sum(axis=0)
        self.grad_bias = grad_Y.sum(axis=0)
        through_mean = self.grad_bias / n
        through_variance = self.normalized * self.grad_weight / n
        Y = self.weight * self.normalized + self.bias
        self.grad_weight = (grad_Y * Y).sum(axis=0)
        return (grad_Y - through_mean - through_variance) * self.weight * self.scale
