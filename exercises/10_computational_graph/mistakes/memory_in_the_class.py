"""All gates of a class share one memory: forward has to keep its numbers in self."""


class Multiply:
    def forward(self, a, b):
        Multiply.a, Multiply.b = a, b
        return a * b

    def backward(self, grad_c):
        return Multiply.b * grad_c, Multiply.a * grad_c


def reused_gradients(a, b):
    p = a * b
    q = p + a
    grad_p = q + p
    return p * q, grad_p * b + p, grad_p * a
