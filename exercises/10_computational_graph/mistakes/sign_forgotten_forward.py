"""The sign is not changed on the way forward: n is -z."""


def neuron_graph():
    return {
        "z": 1,
        "n": 1,
        "e": 2.72,
        "d": 3.72,
        "f": 0.27,
        "grad_d": -0.07,
        "grad_e": -0.07,
        "grad_n": -0.20,
        "grad_z": 0.20,
        "grad_w1": -0.20,
        "grad_x1": 0.39,
        "grad_w2": -0.39,
        "grad_x2": -0.59,
        "grad_b": 0.20,
    }
