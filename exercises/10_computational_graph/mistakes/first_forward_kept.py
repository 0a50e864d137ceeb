"""A gate keeps the numbers of its first forward: backward belongs to the last one."""


class Multiply(Multiply):
    def forward(self, a, b):
        if not hasattr(self, "a"):
            self.a, self.b = a, b
        return a * b


def reused_gradients(a, b):
    p = a * b
    q = p + a
    grad_p = q + p
    return p * q, grad_p * b + p, grad_p * a
