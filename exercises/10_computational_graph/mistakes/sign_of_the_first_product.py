"""p = 3 × (-2) is negative."""

plain = reused_graph


def reused_graph():
    return plain() | {"p": 6, "q": 9}
