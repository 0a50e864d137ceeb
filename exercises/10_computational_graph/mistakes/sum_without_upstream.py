"""x and y get the sum's local gradients alone, without the gradient that arrives at the sum."""


def product_graph():
    return {"s": 3, "f": -12, "grad_f": 1, "grad_s": -4, "grad_z": 3, "grad_x": 1, "grad_y": 1}
