"""Points in the plane, drawn afresh from a fixed seed at every load: nothing is stored."""

import numpy as np

from data.splits import Dataset, DatasetDescription, Split

XOR = DatasetDescription(inputs=2, classes=2, train=1_000, validation=200, test=1_000)
XOR_SEED = 20_240_301
XOR_NOISE = 0.3


def make_xor(dtype: str) -> Dataset:
    """Draw noisy corners of the square (±1, ±1); the label is 1 where a corner's signs differ."""
    generator = np.random.default_rng(XOR_SEED)
    count = XOR.train + XOR.validation + XOR.test
    corners = generator.choice([-1.0, 1.0], size=(count, 2))
    points = (corners + generator.normal(0.0, XOR_NOISE, size=(count, 2))).astype(dtype)
    labels = (corners[:, 0] != corners[:, 1]).astype(np.int64)
    ends = [XOR.train, XOR.train + XOR.validation]
    train, validation, test = (
        Split(*parts) for parts in zip(np.split(points, ends), np.split(labels, ends), strict=True)
    )
    return Dataset("xor", train, validation, test, XOR.classes)
