"""z leaves out the bias: it is s + b."""

plain = neuron_graph


def neuron_graph():
    return plain() | {"z": 4, "n": -4}
