"""p is the product of a and b: they were added."""

plain = reused_graph


def reused_graph():
    return plain() | {"p": 1, "q": 4, "f": 4}
