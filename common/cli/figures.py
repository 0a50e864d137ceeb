"""The figures of training runs: learning curves, and how far runs drift apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib
import numpy as np
from jaxtyping import Float
from matplotlib import pyplot as plt

matplotlib.use("Agg")

# Lines that lie on top of each other: broad and pale below, thin, dark and broken above.
LINE_STYLES = (
    {"color": "#f2b705", "linewidth": 7.0, "linestyle": "-"},
    {"color": "#d1495b", "linewidth": 3.5, "linestyle": "-"},
    {"color": "#1b2a41", "linewidth": 1.3, "linestyle": (0, (4, 3))},
)


@dataclass(frozen=True)
class Curve:
    """Losses and accuracies per epoch of runs that differ by their seeds alone."""

    name: str
    dtype: str
    train_loss: Float[np.ndarray, "runs epochs"]
    train_accuracy: Float[np.ndarray, "runs epochs"]
    validation_loss: Float[np.ndarray, "runs epochs"]
    validation_accuracy: Float[np.ndarray, "runs epochs"]


def draw_learning_curves(curves: Sequence[Curve], title: str, path: Path) -> None:
    """Loss and accuracy per epoch, training and validation, overlaid; a PNG file.

    One column of panels for each precision. Of several runs: their mean, and a band of one standard
    deviation around it.
    """
    dtypes = sorted({curve.dtype for curve in curves})
    epochs = max(curve.train_loss.shape[1] for curve in curves)
    figure, panels = plt.subplots(
        2,
        len(dtypes),
        figsize=(2 + 5 * len(dtypes), 7.5),
        sharex=True,
        sharey="row",
        squeeze=False,
        layout="constrained",
    )
    figure.suptitle(title)
    for column, dtype in zip(panels.T, dtypes, strict=True):
        column[0].set_title(dtype)
        column[1].set_xlabel("epoch")
        shown = [curve for curve in curves if curve.dtype == dtype]
        for panel, quantity, scale in zip(column, ("loss", "accuracy"), (1, 100), strict=True):
            for part in ("train", "validation"):
                for i, curve in enumerate(shown):
                    values = scale * getattr(curve, f"{part}_{quantity}")
                    label = curve.name if part == "train" else None
                    _draw_line(panel, values, LINE_STYLES[i % len(LINE_STYLES)], label)
                last = scale * getattr(shown[-1], f"{part}_{quantity}")
                end = last.shape[1], last[:, -1].mean()
                panel.annotate(part, end, (6, 0), textcoords="offset points")
            panel.grid(alpha=0.3)
            # Room for the words at the ends of the lines.
            panel.set_xlim(1 - 0.05 * epochs, 1.25 * epochs)
            panel.xaxis.get_major_locator().set_params(integer=True)
    panels[0, 0].set_ylabel("loss")
    panels[1, 0].set_ylabel("accuracy (%)")
    panels[0, 0].legend()
    _save(figure, path)


def _draw_line(
    panel: plt.Axes, values: Float[np.ndarray, "runs epochs"], style: dict, label: str | None
) -> None:
    runs, epochs = values.shape
    x, mean = np.arange(1, epochs + 1), values.mean(axis=0)
    # A line of one point would not be seen.
    marker = "o" if epochs == 1 else ""
    panel.plot(x, mean, label=label, marker=marker, **style)
    if runs > 1:
        deviation = values.std(axis=0, ddof=1)
        panel.fill_between(
            x, mean - deviation, mean + deviation, color=style["color"], alpha=0.2, linewidth=0
        )


def draw_drift(drifts: Mapping[str, Float[np.ndarray, " steps"]], title: str, path: Path) -> None:
    """The largest difference between runs in the loss of each step, log scale; a PNG file.

    Args:
        drifts: for each precision, max - min over the runs; 0 where they agree to the last bit,
            which a log scale cannot show and the figure leaves out.
    """
    figure, panel = plt.subplots(figsize=(11, 5), layout="constrained")
    figure.suptitle(title)
    for (name, drift), color in zip(drifts.items(), ("#d1495b", "#1b2a41"), strict=False):
        steps = np.arange(1, len(drift) + 1)
        shown = drift > 0
        equal = len(drift) - shown.sum()
        label = f"{name} (equal to the last bit in {equal:,} of {len(drift):,} steps)"
        panel.plot(steps[shown], drift[shown], ".", markersize=2, color=color, label=label)
    panel.set_yscale("log")
    panel.set_xlabel("step")
    panel.set_ylabel("largest difference in the loss")
    panel.grid(alpha=0.3)
    panel.legend(loc="center right", markerscale=5)
    _save(figure, path)


def _save(figure: plt.Figure, path: Path) -> None:
    figure.savefig(path, dpi=110)
    plt.close(figure)
