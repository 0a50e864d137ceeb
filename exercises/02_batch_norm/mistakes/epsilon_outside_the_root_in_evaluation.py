"""ε is added to the standard deviation in evaluation, instead of to the variance under the root."""

import numpy as np


class BatchNorm1d(BatchNorm1d):
    def forward(self, X):
        if self.training:
            return super().forward(X)
        deviation = np.sqrt(self.running_var) + self.epsilon
        return self.weight * (X - self.running_mean) / deviation + self.bias
