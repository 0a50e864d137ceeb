"""In the third graph f is the sum of p and q: it is their product."""


def reused_graph():
    return {"p": -6, "q": -3, "f": -9, "grad_q": 1, "grad_p": 2, "grad_a": -3, "grad_b": 6}
