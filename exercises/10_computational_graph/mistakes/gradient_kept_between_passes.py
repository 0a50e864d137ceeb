"""A gate adds to the gradient of an earlier backward: that one belonged to an earlier forward."""


class Multiply(Multiply):
    def __init__(self):
        self.grad_a = self.grad_b = 0.0

    def backward(self, grad_c):
        self.grad_a += self.b * grad_c
        self.grad_b += self.a * grad_c
        return self.grad_a, self.grad_b


def reused_gradients(a, b):
    p = a * b
    q = p + a
    grad_p = q + p
    return p * q, grad_p * b + p, grad_p * a
