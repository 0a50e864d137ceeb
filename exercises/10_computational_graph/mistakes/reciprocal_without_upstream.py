"""Reciprocal returns its local gradients: they have to be multiplied by grad_c."""


class Reciprocal(Reciprocal):
    def backward(self, grad_c):
        return -self.c * self.c


def reused_gradients(a, b):
    p = a * b
    q = p + a
    grad_p = q + p
    return p * q, grad_p * b + p, grad_p * a
