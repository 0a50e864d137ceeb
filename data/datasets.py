"""Every dataset by its name: the public face of this package.

All tiers load their images here, so that all see the same ones in the same order.

    >>> dataset = load_dataset("xor")
    >>> dataset.train.images.shape, dataset.train.labels.shape, dataset.classes
    ((1000, 2), (1000,), 2)
"""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from data.digits import DIGITS, load_digits
from data.errors import DatasetUnavailable, UserError
from data.mnist import MNIST, load_mnist
from data.points import PLANE, POINT_SETS, load_points
from data.sine import SINE, load_sine
from data.splits import Dataset, DatasetDescription, Split

__all__ = [
    "DATASETS",
    "DATA_ROOT",
    "Dataset",
    "DatasetDescription",
    "DatasetUnavailable",
    "Split",
    "load_dataset",
]

# Downloaded files lie beside this file, in folders that git ignores.
DATA_ROOT = Path(__file__).resolve().parent

DATASETS: Mapping[str, DatasetDescription] = {
    "mnist": MNIST,
    "fashion-mnist": MNIST,  # made to MNIST's measure: same sizes, same number of classes
    "digits": DIGITS,
    **dict.fromkeys(POINT_SETS, PLANE),
    "sine": SINE,
}

# Those that need no files.
_LOADERS: Mapping[str, Callable[[str], Dataset]] = {
    "digits": load_digits,
    **{name: partial(load_points, name) for name in POINT_SETS},
    "sine": load_sine,
}


def load_dataset(
    name: str, root: str | Path = DATA_ROOT, dtype: str = "float32", download: bool = True
) -> Dataset:
    """Load the dataset `name`, downloading it into `root` if it is not there.

    Without `download`, nothing is written and no network is used.

    Images are standardised in float64 and then rounded to `dtype` ("float32" or "float64").

    Raises DatasetUnavailable where the files are neither in `root` nor can be downloaded,
    and UserError for an unknown name or dtype, a file that is damaged or cannot be read, and a
    `root` that would have to be written and cannot be.
    """
    if name not in DATASETS:
        raise UserError(f"unknown dataset {name!r}: choose one of {', '.join(DATASETS)}")
    if dtype not in ("float32", "float64"):
        raise UserError(f"dtype {dtype!r} is not supported: choose float32 or float64")
    if name in _LOADERS:
        return _LOADERS[name](dtype)
    return load_mnist(name, Path(root), dtype, download)
