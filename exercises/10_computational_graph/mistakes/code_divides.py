"""reused_gradients divides by one of its inputs, which may be 0."""


def reused_gradients(a, b):
    f = a * b * (a * b + a)
    return f, 2 * f / a, a * a * (2 * b + 1)
