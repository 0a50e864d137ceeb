"""The max hands its gradient on to both inputs: the smaller one moves nothing, and gets 0."""


def max_graph():
    return {
        "p": 6,
        "m": 6,
        "f": 12,
        "grad_m": 2,
        "grad_p": 2,
        "grad_z": 2,
        "grad_x": 6,
        "grad_y": 4,
    }
