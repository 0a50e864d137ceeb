"""One period of a noisy sine, the example of regression: nothing is stored."""

import numpy as np

from data.splits import Dataset, DatasetDescription, Split

SINE = DatasetDescription(inputs=1, classes=0, train=1_000, validation=200, test=1_000)
NOISE = 0.1  # so no model has a mean squared error below 0.01 for long
SEED = 20_240_305


def load_sine(dtype: str) -> Dataset:
    """Points x, uniform in [-π, π], and targets sin x plus normal noise."""
    generator = np.random.default_rng(SEED)
    count = SINE.train + SINE.validation + SINE.test
    x = generator.uniform(-np.pi, np.pi, count)
    y = np.sin(x) + generator.normal(0.0, NOISE, count)
    ends = [SINE.train, SINE.train + SINE.validation]
    train, validation, test = (
        Split(*parts)
        for parts in zip(
            np.split(x[:, None].astype(dtype), ends), np.split(y.astype(dtype), ends), strict=True
        )
    )
    return Dataset("sine", train, validation, test, SINE.classes)
