"""The distributions that initial weights are drawn from, shared by the tiers.

A weight has shape (out, in):

| name             | distribution           | standard deviation  | source                       |
|------------------|------------------------|---------------------|------------------------------|
| lecun-normal     | normal                 | sqrt(1 / in)        | LeCun et al. 1998, eq. 16    |
| xavier-normal    | normal                 | sqrt(2 / (in + out))| Glorot & Bengio 2010, eq. 12 |
| he-normal        | normal                 | sqrt(2 / in)        | He et al. 2015, eq. 10       |
| standard-uniform | U[±sqrt(1 / in)]       | sqrt(1 / (3 in))    | Glorot & Bengio 2010, eq. 1  |
| xavier-uniform   | U[±sqrt(6 / (in+out))] | sqrt(2 / (in + out))| Glorot & Bengio 2010, eq. 16 |
| zeros            | nothing is drawn       | 0                   | units of a layer stay equal  |

he-normal is meant for ReLU, the xavier ones for identity, tanh and softsign, and, for want of a
better one, for sigmoid. lecun-normal keeps the size of activations alone, not that of gradients;
some lessons call it Xavier.
"""

import math
from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from common.randomness import INITIAL_WEIGHTS, generator


def draw_weight(
    initializer: str, d_out: int, d_in: int, rng: np.random.Generator
) -> Float[np.ndarray, "d_out d_in"]:
    """One weight of shape (d_out, d_in) from the named distribution, float64."""
    shape = (d_out, d_in)
    match initializer:
        case "lecun-normal":
            return rng.normal(0, math.sqrt(1 / d_in), shape)
        case "xavier-normal":
            return rng.normal(0, math.sqrt(2 / (d_in + d_out)), shape)
        case "he-normal":
            return rng.normal(0, math.sqrt(2 / d_in), shape)
        case "standard-uniform":
            limit = 1 / math.sqrt(d_in)
            return rng.uniform(-limit, limit, shape)
        case "xavier-uniform":
            limit = math.sqrt(6 / (d_in + d_out))
            return rng.uniform(-limit, limit, shape)
        case "zeros":
            return np.zeros(shape)
    raise ValueError(f"unknown initializer {initializer!r}")


def initial_weights(
    shapes: Mapping[str, tuple[int, ...]], initializer: str, seed: int
) -> dict[str, np.ndarray]:
    """The weights that a run starts from: one float64 array for each matrix among the shapes.

    Only weights of a Linear layer have two axes; biases start at 0 and batch normalization at
    scale 1 and shift 0 in every tier, and need no drawing.

    Args:
        shapes: of the parameters, by their state_dict names, in the order of the layers.
        initializer: a name of the table above.
        seed: any non-negative integer. Equal arguments give equal weights; the k-th matrix
            depends on (seed, k) alone.
    """
    matrices = [(name, shape) for name, shape in shapes.items() if len(shape) == 2]
    return {
        name: draw_weight(initializer, *shape, generator(seed, INITIAL_WEIGHTS, k))
        for k, (name, shape) in enumerate(matrices)
    }
