"""At 1 + e the gradient is multiplied by a value: the local gradient of a sum is 1."""


def neuron_graph():
    return {
        "z": 1,
        "n": -1,
        "e": 0.37,
        "d": 1.37,
        "f": 0.73,
        "grad_d": -0.53,
        "grad_e": -0.73,
        "grad_n": -0.27,
        "grad_z": 0.27,
        "grad_w1": -0.27,
        "grad_x1": 0.54,
        "grad_w2": -0.54,
        "grad_x2": -0.81,
        "grad_b": 0.27,
    }
