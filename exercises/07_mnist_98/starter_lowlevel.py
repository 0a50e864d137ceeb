"""Exercise 07 in tier 2: python -m exercises check 07 --tier lowlevel"""

import torch


def train(images, labels, validation_images, validation_labels, seed):
    """A function predict(images) that returns a label for each image."""
    raise NotImplementedError
