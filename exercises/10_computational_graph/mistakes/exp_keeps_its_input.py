"""Exp multiplies grad_c by a: its local gradient is exp(a)."""

import numpy as np


class Exp(Exp):
    def forward(self, a):
        self.c = a
        return np.exp(a)
