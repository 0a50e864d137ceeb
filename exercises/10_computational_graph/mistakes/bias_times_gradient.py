"""The gradient of b is multiplied by b: at a sum the local gradient is 1."""


def neuron_graph():
    return {
        "z": 1,
        "n": -1,
        "e": 0.37,
        "d": 1.37,
        "f": 0.73,
        "grad_d": -0.53,
        "grad_e": -0.53,
        "grad_n": -0.20,
        "grad_z": 0.20,
        "grad_w1": -0.20,
        "grad_x1": 0.39,
        "grad_w2": -0.39,
        "grad_x2": -0.59,
        "grad_b": -0.59,
    }
