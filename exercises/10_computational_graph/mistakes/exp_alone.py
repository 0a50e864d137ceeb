"""At exp, the local gradient is not multiplied by the gradient that arrives."""


def neuron_graph():
    return {
        "z": 1,
        "n": -1,
        "e": 0.37,
        "d": 1.37,
        "f": 0.73,
        "grad_d": -0.53,
        "grad_e": -0.53,
        "grad_n": 0.37,
        "grad_z": -0.37,
        "grad_w1": 0.37,
        "grad_x1": -0.74,
        "grad_w2": 0.74,
        "grad_x2": 1.10,
        "grad_b": -0.37,
    }
