"""m is the larger of p and z: the smaller one was taken."""

plain = max_graph


def max_graph():
    return plain() | {"m": 5}
