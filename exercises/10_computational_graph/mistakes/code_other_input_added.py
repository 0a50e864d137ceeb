"""q is p + a: b was added in its place."""


def reused_gradients(a, b):
    p = a * b
    q = p + b
    f = p * q
    grad_q = p
    grad_p = q + grad_q
    return f, grad_p * b, grad_p * a + grad_q
