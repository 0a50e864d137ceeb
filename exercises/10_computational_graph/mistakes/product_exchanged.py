"""s and z have each other's gradient: the local gradient of a product is the other input."""


def product_graph():
    return {"s": 3, "f": -12, "grad_f": 1, "grad_s": 3, "grad_z": -4, "grad_x": -4, "grad_y": -4}
