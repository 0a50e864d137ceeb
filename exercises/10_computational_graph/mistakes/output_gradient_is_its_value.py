"""The gradient of f is 1 and not its value: f changes as fast as itself."""


def product_graph():
    return {"s": 3, "f": -12, "grad_f": -12, "grad_s": -4, "grad_z": 3, "grad_x": -4, "grad_y": -4}
