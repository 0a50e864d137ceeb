"""The gradient of s has lost its sign: its local gradient is z, which is negative."""

plain = product_graph


def product_graph():
    return plain() | {"grad_s": 4, "grad_x": 4, "grad_y": 4}
