"""f is 2 m: the factor 2 is missing on the way forward."""

plain = max_graph


def max_graph():
    return plain() | {"f": 6}
