"""reused_gradients exchanges the local gradients of a product: each is the other input."""


def reused_gradients(a, b):
    p = a * b
    q = p + a
    f = p * q
    grad_q = p
    grad_p = q + grad_q
    return f, grad_p * a + grad_q, grad_p * b
