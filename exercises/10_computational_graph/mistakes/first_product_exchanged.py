"""At p = a b the local gradients are exchanged: that of a is b."""

plain = reused_graph


def reused_graph():
    return plain() | {"grad_a": -33, "grad_b": 18}
