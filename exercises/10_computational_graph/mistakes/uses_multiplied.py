"""The gradients of a value's uses are multiplied: they add up."""


def reused_graph():
    return {
        "p": -6,
        "q": -3,
        "f": 18,
        "grad_q": -6,
        "grad_p": 18,
        "grad_a": -9 * -2 + -6,
        "grad_b": -9 * 3,
    }
