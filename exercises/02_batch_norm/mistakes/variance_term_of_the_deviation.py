"""The way through the variance takes the power 3/2 of the deviation: it is that of the variance."""

import numpy as np


class BatchNorm1d(BatchNorm1d):
    def backward(self, grad_Y):
        super().backward(grad_Y)
        n, scale = len(grad_Y), self.scale
        inner, centred = grad_Y * self.weight, self.normalized / self.scale
        grad_variance = -0.5 * (inner * centred).sum(axis=0) * np.power(scale, 1.5)
        grad_mean = -(inner * scale).sum(axis=0) / n
        return inner * scale + grad_mean + grad_variance * 2 * centred / n
