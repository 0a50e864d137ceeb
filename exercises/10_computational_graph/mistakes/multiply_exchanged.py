"""Multiply multiplies by each input's own value: its local gradient is the other input."""


class Multiply(Multiply):
    def backward(self, grad_c):
        return self.a * grad_c, self.b * grad_c


def reused_gradients(a, b):
    p = a * b
    q = p + a
    grad_p = q + p
    return p * q, grad_p * b + p, grad_p * a
