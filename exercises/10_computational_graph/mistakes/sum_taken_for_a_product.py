"""The sum is differentiated as if it were a product: both of its local gradients are 1."""


def product_graph():
    return {"s": 3, "f": -12, "grad_f": 1, "grad_s": -4, "grad_z": 3, "grad_x": -20, "grad_y": 8}
