"""p is the product of a and b: they were added."""


def reused_gradients(a, b):
    p = a + b
    q = p + a
    f = p * q
    grad_q = p
    grad_p = q + grad_q
    return f, grad_p + grad_q, grad_p
