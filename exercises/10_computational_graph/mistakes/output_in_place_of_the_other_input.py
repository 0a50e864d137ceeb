"""The gradient of z is f itself: the local gradient of a product is the other input, here s."""

plain = product_graph


def product_graph():
    return plain() | {"grad_z": -12}
