"""A value that is used twice has the gradient of one use only: those of both add up."""


def reused_graph():
    return {
        "p": -6,
        "q": -3,
        "f": 18,
        "grad_q": -6,
        "grad_p": -9,
        "grad_a": -6,
        "grad_b": -9 * 3,
    }
