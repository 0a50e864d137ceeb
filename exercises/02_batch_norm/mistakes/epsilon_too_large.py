"""ε is 1e-3 instead of 1e-5."""


class BatchNorm1d(BatchNorm1d):
    epsilon = 1e-3
