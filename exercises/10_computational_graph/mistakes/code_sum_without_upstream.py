"""At q = p + a, reused_gradients hands on 1 instead of the gradient that arrives at q."""


def reused_gradients(a, b):
    p = a * b
    q = p + a
    f = p * q
    grad_p = q + 1
    return f, grad_p * b + 1, grad_p * a
