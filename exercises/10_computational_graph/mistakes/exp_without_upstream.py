"""Exp returns its local gradients: they have to be multiplied by grad_c."""


class Exp(Exp):
    def backward(self, grad_c):
        return self.c


def reused_gradients(a, b):
    p = a * b
    q = p + a
    grad_p = q + p
    return p * q, grad_p * b + p, grad_p * a
