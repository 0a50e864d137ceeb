"""Random numbers as pure functions of (seed, purpose, epoch, step).

A resumed run therefore draws what the uninterrupted one would have drawn, with no generator
state to save, and every tier sees the same minibatches.
"""

import numpy as np

# The purposes that draw from one seed, each with a stream of its own.
EPOCH_ORDER = 0
INITIAL_WEIGHTS = 1
DROPOUT = 2


def generator(seed: int, purpose: int, *position: int) -> np.random.Generator:
    """A NumPy generator for this purpose at this position, such as (epoch, step)."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(purpose, *position)))


def torch_seed(seed: int, purpose: int, *position: int) -> int:
    """The same for `torch.manual_seed`: 63 bits for this purpose at this position."""
    sequence = np.random.SeedSequence(seed, spawn_key=(purpose, *position))
    return int(sequence.generate_state(1, np.uint64)[0] >> np.uint64(1))
