"""p2 = w2 x2 is positive: both are negative."""

plain = neuron_graph


def neuron_graph():
    return plain() | {
        "z": -11,
        "n": 11,
        "grad_d": 0,
        "grad_e": 0,
        "grad_n": 0,
        "grad_z": 0,
        "grad_w1": 0,
        "grad_x1": 0,
        "grad_w2": 0,
        "grad_x2": 0,
        "grad_b": 0,
    }
