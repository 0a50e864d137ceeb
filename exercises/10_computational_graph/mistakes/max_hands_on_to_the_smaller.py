"""The max hands its gradient on to the smaller input: it belongs to the larger."""


def max_graph():
    return {
        "p": 6,
        "m": 6,
        "f": 12,
        "grad_m": 2,
        "grad_p": 0,
        "grad_z": 2,
        "grad_x": 0,
        "grad_y": 0,
    }
