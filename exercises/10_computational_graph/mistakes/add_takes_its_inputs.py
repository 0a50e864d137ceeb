"""Add multiplies grad_c by its inputs: both of its local gradients are 1."""


class Add:
    def forward(self, a, b):
        self.a, self.b = a, b
        return a + b

    def backward(self, grad_c):
        return self.b * grad_c, self.a * grad_c


def reused_gradients(a, b):
    p = a * b
    q = p + a
    grad_p = q + p
    return p * q, grad_p * b + p, grad_p * a
