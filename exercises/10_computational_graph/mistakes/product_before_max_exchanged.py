"""x and y have each other's gradient: the local gradient of a product is the other input."""


def max_graph():
    return {
        "p": 6,
        "m": 6,
        "f": 12,
        "grad_m": 2,
        "grad_p": 2,
        "grad_z": 0,
        "grad_x": 4,
        "grad_y": 6,
    }
