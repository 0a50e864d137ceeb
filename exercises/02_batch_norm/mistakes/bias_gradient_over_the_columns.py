"""The gradient of bias is summed over the columns instead of over the rows."""


class BatchNorm1d(BatchNorm1d):
    def backward(self, grad_Y):
        n = len(grad_Y)
        self.grad_weight = (grad_Y * self.normalized).sum(axis=0)
        self.grad_bias = grad_Y.sum(axis=1)
        # What raises μ or σ² changes every row: the gradient loses its mean and its part along N.
        through_mean = grad_Y.mean(axis=0)
        through_variance = self.normalized * self.grad_weight / n
        return (grad_Y - through_mean - through_variance) * self.weight * self.scale
