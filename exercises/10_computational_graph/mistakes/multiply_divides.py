"""Multiply divides c by an input, which may be 0: its local gradient is the other input."""


class Multiply(Multiply):
    def forward(self, a, b):
        self.a, self.b, self.c = a, b, a * b
        return self.c

    def backward(self, grad_c):
        return self.c / self.a * grad_c, self.c / self.b * grad_c


def reused_gradients(a, b):
    p = a * b
    q = p + a
    grad_p = q + p
    return p * q, grad_p * b + p, grad_p * a
