"""p hands its gradient on before all of it has arrived, and so hands a part on twice."""


def reused_graph():
    return {
        "p": -6,
        "q": -3,
        "f": 18,
        "grad_q": -6,
        "grad_p": -9,
        "grad_a": 18,
        "grad_b": -36,
    }
