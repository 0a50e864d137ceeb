"""The factor 2 is missing in the backward pass: m moves f twice as fast as itself."""


def max_graph():
    return {
        "p": 6,
        "m": 6,
        "f": 12,
        "grad_m": 1,
        "grad_p": 1,
        "grad_z": 0,
        "grad_x": 3,
        "grad_y": 2,
    }
