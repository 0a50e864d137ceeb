"""Exercise 07 in tier 3: python -m exercises check 07 --tier paper"""

import torch  # noqa: F401 - yours to use
from torch import nn  # noqa: F401


def train(images, labels, validation_images, validation_labels, seed):
    """A function predict(images) that returns a label for each image."""
    raise NotImplementedError
