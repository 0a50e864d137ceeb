"""ε is missing in evaluation: it is added to the running variance, too."""

import numpy as np


class BatchNorm1d(BatchNorm1d):
    def forward(self, X):
        if self.training:
            return super().forward(X)
        deviation = np.sqrt(self.running_var)
        return self.weight * (X - self.running_mean) / deviation + self.bias
