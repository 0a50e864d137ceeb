"""A drawing made into an image as MNIST's are: 28 x 28 grey levels, fitted and centred."""

import numpy as np
from jaxtyping import Float, UInt8

SIDE = 28
BOX = 20  # the longer side of what is drawn
DRAWING = 140  # side of the drawings that the page sends


def centre_drawing(ink: UInt8[np.ndarray, "height width"]) -> UInt8[np.ndarray, "28 28"]:
    """Fit the ink into 20 x 20 pixels, proportions kept, with its centre of mass in the middle.

    MNIST's images were made like this (LeCun et al. 1998, section III.A). So a drawing of any size,
    in any corner, looks to the network like its training images.

    Args:
        ink: 0 is paper, 255 is ink; not all paper.
    """
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    cut = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(float)
    longest = max(cut.shape)
    height, width = (max(1, round(side * BOX / longest)) for side in cut.shape)
    fitted = _shares(height, cut.shape[0]) @ cut @ _shares(width, cut.shape[1]).T
    image = np.zeros((SIDE, SIDE), np.uint8)
    top, left = (_start(fitted.sum(axis=1 - axis)) for axis in (0, 1))
    image[top : top + height, left : left + width] = np.rint(fitted)
    return image


def _shares(cells: int, pixels: int) -> Float[np.ndarray, "cells pixels"]:
    """How much of each pixel lies in each cell; the shares of a cell add up to 1."""
    edges = np.arange(pixels + 1) * cells / pixels
    starts = np.arange(cells)[:, None]
    overlap = np.minimum(edges[1:], starts + 1) - np.maximum(edges[:-1], starts)
    shares = np.maximum(overlap, 0)
    return shares / shares.sum(axis=1, keepdims=True)


def _start(mass: Float[np.ndarray, " cells"]) -> int:
    """Where the first cell goes, so that the centre of mass comes to pixel 14, as in MNIST."""
    centre = np.arange(len(mass)) @ mass / mass.sum()
    return int(np.clip(np.rint(SIDE / 2 - centre), 0, SIDE - len(mass)))
