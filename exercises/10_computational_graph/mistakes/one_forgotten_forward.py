"""d is 1 + e: the 1 is missing."""

plain = neuron_graph


def neuron_graph():
    return plain() | {"d": 0.37}
