"""Exercise 07 in tier 1: python -m exercises check 07"""

import numpy as np


def train(images, labels, validation_images, validation_labels, seed):
    """A function predict(images) that returns a label for each image."""
    raise NotImplementedError
