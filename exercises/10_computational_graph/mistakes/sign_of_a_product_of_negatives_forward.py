"""p2 = w2 x2 is positive: both are negative."""

plain = neuron_graph


def neuron_graph():
    return plain() | {"z": -11, "n": 11}
