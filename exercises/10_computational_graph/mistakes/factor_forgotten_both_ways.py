"""f is 2 m: the factor 2 is missing on the way forward."""

plain = max_graph


def max_graph():
    return plain() | {"f": 6, "grad_m": 1, "grad_p": 1, "grad_x": 3, "grad_y": 2}
