"""W has the outputs at the unit vectors as its columns: b has to be taken off them."""

import numpy as np


def collapse(layers):
    if len(layers) == 1:
        return layers[0]
    inputs = layers[0][0].shape[1]
    b = linear_forward(np.zeros((1, inputs)), layers)[0]
    return linear_forward(np.eye(inputs), layers).T, b
