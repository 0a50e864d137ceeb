"""The max shares its gradient out between its inputs: the larger one gets the whole."""


def max_graph():
    return {
        "p": 6,
        "m": 6,
        "f": 12,
        "grad_m": 2,
        "grad_p": 1,
        "grad_z": 1,
        "grad_x": 3,
        "grad_y": 2,
    }
