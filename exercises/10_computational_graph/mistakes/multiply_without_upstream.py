"""Multiply returns its local gradients: they have to be multiplied by grad_c."""


class Multiply(Multiply):
    def backward(self, grad_c):
        return self.b, self.a


def reused_gradients(a, b):
    p = a * b
    q = p + a
    grad_p = q + p
    return p * q, grad_p * b + p, grad_p * a
