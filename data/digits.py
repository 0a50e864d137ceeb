"""The 1,797 digits of 8 x 8 pixels that come with scikit-learn: they need no download."""

import numpy as np

from data.splits import SPLIT_SEED, Dataset, DatasetDescription, PixelScale, standardised_split

DIGITS = DatasetDescription(inputs=64, classes=10, train=1_297, validation=200, test=300)
SCALE = PixelScale(white=16, mean=0.3053, std=0.3760)


def load_digits(dtype: str) -> Dataset:
    """Split scikit-learn's digits, which have no official test set, into three parts."""
    import sklearn.datasets  # takes a second: only for those who ask for it

    digits = sklearn.datasets.load_digits()
    pixels, labels = digits.data.astype(np.uint8), digits.target.astype(np.uint8)
    order = np.random.default_rng(SPLIT_SEED).permutation(len(pixels))
    test, validation, train = (
        standardised_split(pixels, labels, rows, SCALE, dtype)
        for rows in np.split(order, [DIGITS.test, DIGITS.test + DIGITS.validation])
    )
    return Dataset("digits", train, validation, test, DIGITS.classes)
