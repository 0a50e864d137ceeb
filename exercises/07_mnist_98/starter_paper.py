"""Exercise 07 in tier 3: python -m exercises check 07 --tier paper"""

import torch
from torch import nn


def train(images, labels, validation_images, validation_labels, seed):
    """A function predict(images) that returns a label for each image."""
    raise NotImplementedError
