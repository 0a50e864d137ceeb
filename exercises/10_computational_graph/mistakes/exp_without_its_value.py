"""Exp hands on grad_c as it is: its local gradient is exp(a)."""


class Exp(Exp):
    def backward(self, grad_c):
        return grad_c
