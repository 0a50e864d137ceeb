"""Max returns its local gradients: they have to be multiplied by grad_c."""


class Max(Max):
    def backward(self, grad_c):
        return (1.0, 0.0) if self.a_is_larger else (0.0, 1.0)


def reused_gradients(a, b):
    p = a * b
    q = p + a
    grad_p = q + p
    return p * q, grad_p * b + p, grad_p * a
