"""q is p + a: b was added in its place."""

plain = reused_graph


def reused_graph():
    return plain() | {"q": -8, "f": 48, "grad_p": -14}
