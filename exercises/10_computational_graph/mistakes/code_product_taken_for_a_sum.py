"""In the third graph f is the sum of p and q: it is their product."""


def reused_gradients(a, b):
    p = a * b
    q = p + a
    return p + q, 2 * b + 1, 2 * a
