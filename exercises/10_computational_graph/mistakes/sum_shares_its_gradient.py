"""The sum shares its gradient out between its inputs, but each of them gets the whole."""


def product_graph():
    return {"s": 3, "f": -12, "grad_f": 1, "grad_s": -4, "grad_z": 3, "grad_x": -2, "grad_y": -2}
