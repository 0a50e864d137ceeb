"""The gradients of x and y are multiplied by x and y: the local gradients of a sum are 1."""


def product_graph():
    return {"s": 3, "f": -12, "grad_f": 1, "grad_s": -4, "grad_z": 3, "grad_x": 8, "grad_y": -20}
