"""At the product f = p q the local gradients are exchanged: that of q is p."""


def reused_graph():
    return {
        "p": -6,
        "q": -3,
        "f": 18,
        "grad_q": -3,
        "grad_p": -9,
        "grad_a": 15,
        "grad_b": -27,
    }
