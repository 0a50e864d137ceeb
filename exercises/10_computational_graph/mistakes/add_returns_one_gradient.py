"""Add's backward returns grad_c alone: it returns a gradient for each of its two inputs."""


class Add(Add):
    def backward(self, grad_c):
        return grad_c


def reused_gradients(a, b):
    p = a * b
    q = p + a
    grad_p = q + p
    return p * q, grad_p * b + p, grad_p * a
