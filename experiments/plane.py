"""Networks that classify points of the plane: their decision regions and their hidden space."""

from typing import Any

import numpy as np
from jaxtyping import Float, Int

from experiments.experiment import COLORS, REGIONS, plt
from mlp_numpy import MLP

TICKS = 49  # grid points along each axis
EVERY = 6  # every sixth grid line is drawn
Limits = tuple[float, float, float, float]  # left, right, bottom, top


def limits_of(points: Float[np.ndarray, "n 2"], margin: float = 0.4) -> Limits:
    """A frame around points."""
    (left, bottom), (right, top) = points.min(axis=0) - margin, points.max(axis=0) + margin
    return float(left), float(right), float(bottom), float(top)


def grid(limits: Limits) -> Float[np.ndarray, "n 2"]:
    """TICKS x TICKS points that fill the frame, row after row."""
    return np.stack(np.meshgrid(*ticks(limits)), axis=-1).reshape(-1, 2)


def ticks(limits: Limits) -> tuple[np.ndarray, np.ndarray]:
    """The coordinates of the grid's columns and rows."""
    left, right, bottom, top = limits
    return np.linspace(left, right, TICKS), np.linspace(bottom, top, TICKS)


def rounded(array: np.ndarray) -> list:
    """For a file of numbers that a picture is drawn from."""
    return np.round(array.astype(np.float64), 4).tolist()


def margin(logits: Float[np.ndarray, "n k"]) -> Float[np.ndarray, " n"]:
    """By how much class 1 leads: z_1 - z_0 of two logits, or the single one."""
    return logits[:, -1] - logits[:, 0] if logits.shape[1] == 2 else logits[:, 0]


def output_line(model: MLP) -> tuple[Float[np.ndarray, " h"], float]:
    """(w, c): the margin is w · h + c, with h what the last hidden layer gives."""
    *_, W, b = model.parameters().values()
    if len(W) == 2:
        return W[1] - W[0], float(b[1] - b[0])
    return W[0], float(b[0])


def last_hidden(model: MLP, X: Float[np.ndarray, "n 2"]) -> Float[np.ndarray, "n h"]:
    """What the last hidden layer makes of the points, in evaluation."""
    model.eval()
    *_, (_, hidden), _ = model.outputs(X)
    return hidden


def draw_decision(
    panel: plt.Axes,
    limits: Limits,
    margins: Any,
    points: Float[np.ndarray, "n 2"],
    labels: Int[np.ndarray, " n"],
) -> None:
    """The two regions, the boundary between them, and the points."""
    draw_regions(panel, limits, margins)
    draw_points(panel, points, labels)


def draw_regions(panel: plt.Axes, limits: Limits, margins: Any) -> None:
    """The region of each class, up to the boundary between them."""
    left, right, bottom, top = limits
    z = np.array(margins).reshape(TICKS, TICKS)
    levels = [min(z.min(), 0.0) - 1, 0.0, max(z.max(), 0.0) + 1]
    panel.contourf(*ticks(limits), z, levels=levels, colors=REGIONS[:2], zorder=0)
    draw_boundary(panel, limits, margins, color="black", linewidth=1.5)
    panel.set(xlim=(left, right), ylim=(bottom, top))


def draw_boundary(panel: plt.Axes, limits: Limits, margins: Any, **line: Any) -> None:
    """The line between the regions, where there are two; `line` is its look, as for `plot`."""
    z = np.array(margins).reshape(TICKS, TICKS)
    if z.min() < 0 < z.max():
        looks = {f"{name}s": value for name, value in line.items()}
        panel.contour(*ticks(limits), z, levels=[0.0], **looks)


def draw_points(
    panel: plt.Axes, points: Float[np.ndarray, "n 2"], labels: Int[np.ndarray, " n"], size: int = 18
) -> None:
    """Each class with its colour and its marker."""
    for label, marker in enumerate("os"):
        panel.scatter(
            *points[labels == label].T,
            s=size,
            marker=marker,
            color=COLORS[label],
            edgecolor="black",
            linewidth=0.4,
            label=f"class {label}",
            zorder=3,
        )


def draw_bent_grid(panel: plt.Axes, hidden: Float[np.ndarray, "n 2"]) -> None:
    """Where the grid's horizontal and vertical lines have gone."""
    lines = hidden.reshape(TICKS, TICKS, 2)
    for line in [*lines[::EVERY], *lines[:, ::EVERY].swapaxes(0, 1)]:
        panel.plot(*line.T, color="#8a8a8a", linewidth=0.7, zorder=1)


def draw_half_planes(panel: plt.Axes, line: list[float]) -> None:
    """The two sides of the output layer's straight line w · h + c = 0, in the panel as it is."""
    limits = (*panel.get_xlim(), *panel.get_ylim())
    *w, c = line
    h = np.meshgrid(*ticks(limits))
    draw_regions(panel, limits, w[0] * h[0] + w[1] * h[1] + c)
