"""The figures of a comparison: learning curves, and how far runs from one start drift apart."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import matplotlib
import numpy as np
from jaxtyping import Float
from matplotlib import pyplot as plt

from common.runs.files import write_file
from compared_runs import Group, datasets_of

matplotlib.use("Agg")

LEARNING_CURVES = "learning_curves.png"
DRIFT = "drift.png"
# Lines that lie on top of each other: broad and pale below, thin, dark and broken above.
OVERLAID = (
    {"color": "#f2b705", "linewidth": 7.0, "linestyle": "-"},
    {"color": "#d1495b", "linewidth": 3.5, "linestyle": "-"},
    {"color": "#1b2a41", "linewidth": 1.3, "linestyle": (0, (4, 3))},
)
# Lines that lie apart: Okabe & Ito's colours, which the colour-blind can tell apart.
COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
PARTS: dict[str, Literal["--", "-"]] = {"train": "--", "validation": "-"}


@dataclass(frozen=True)
class Curve:
    """Losses and accuracies per epoch of runs that differ by their seeds alone."""

    name: str
    dtype: str
    train_loss: Float[np.ndarray, "runs epochs"]
    train_accuracy: Float[np.ndarray, "runs epochs"]
    validation_loss: Float[np.ndarray, "runs epochs"]
    validation_accuracy: Float[np.ndarray, "runs epochs"]


def draw(groups: Sequence[Group], folder: Path) -> dict[str, Path]:
    """Draw the learning curves and, where all runs are one training, their drift.

    Returns:
        The figures, by what they show.

    Raises:
        UserError: where a figure cannot be written.
    """
    datasets, one_training = datasets_of(groups), not groups[0].differing
    curves = [curve_of(group) for group in groups]
    title = f"Learning curves on {datasets}"
    figures = {LEARNING_CURVES: draw_learning_curves(curves, title, one_training)}
    if one_training and (drifts := drifts_of(groups)):
        title = f"Largest difference between runs in the loss of each step, on {datasets}"
        figures[DRIFT] = draw_drift(drifts, title)
    else:
        # An earlier comparison's would be taken for this one's.
        (folder / DRIFT).unlink(missing_ok=True)
    for name, figure in figures.items():
        write_file(folder / name, [png(figure)])
    return {Path(name).stem.replace("_", " "): folder / name for name in figures}


def curve_of(group: Group) -> Curve:
    """What the runs of a group have measured."""
    columns = {
        column: np.array([run.files.history[column] for run in group.runs])
        for column in ("train_loss", "train_accuracy", "validation_loss", "validation_accuracy")
    }
    return Curve(group.name, group.dtype, **columns)


def drifts_of(groups: Sequence[Group]) -> Mapping[str, Float[np.ndarray, " steps"]]:
    """By precision, how far the losses of runs from one start lie apart at each step, at most."""
    drifts = {}
    for dtype in ("float32", "float64"):
        starts: dict[tuple[str, ...], list[Float[np.ndarray, " steps"]]] = {}
        for group in groups:
            for run in group.runs:
                if group.dtype == dtype:
                    starts.setdefault(run.start, []).append(run.step_losses)
        apart = [np.ptp(losses, axis=0) for losses in starts.values() if len(losses) > 1]
        if apart:
            drifts[dtype] = np.max(apart, axis=0)
    return drifts


def draw_learning_curves(curves: Sequence[Curve], title: str, one_training: bool) -> plt.Figure:
    """Loss and accuracy per epoch, training and validation, one column for each precision.

    Of several runs: their mean, and a band of one standard deviation around it.

    Args:
        curves: in the order of the legend.
        title: of the figure.
        one_training: whether the curves are expected to lie on each other, which are then drawn
            broad to thin; else each has a colour of its own.
    """
    dtypes = sorted({curve.dtype for curve in curves})
    epochs = max(curve.train_loss.shape[1] for curve in curves)
    quantities = {"loss": 1, "accuracy": 100}
    if all(np.isnan(curve.train_accuracy).all() for curve in curves):  # as in regression
        del quantities["accuracy"]
    figure, panels = plt.subplots(
        len(quantities),
        len(dtypes),
        figsize=(2 + 5 * len(dtypes), 0.5 + 3.5 * len(quantities)),
        sharex=True,
        sharey="row",
        squeeze=False,
        layout="constrained",
    )
    figure.suptitle(title)
    for column, dtype in zip(panels.T, dtypes, strict=True):
        column[0].set_title(dtype)
        column[-1].set_xlabel("epoch")
        shown = [curve for curve in curves if curve.dtype == dtype]
        for panel, (quantity, scale) in zip(column, quantities.items(), strict=True):
            for part, dashes in PARTS.items():
                for i, curve in enumerate(shown):
                    values = scale * getattr(curve, f"{part}_{quantity}")
                    style = OVERLAID[i % len(OVERLAID)]
                    if not one_training:
                        style = {"color": COLORS[i % len(COLORS)], "linestyle": dashes}
                    # The legend's line is the solid one.
                    labelled = part == ("train" if one_training else "validation")
                    _draw_line(panel, values, style, curve.name if labelled else None)
                if one_training:
                    last = scale * getattr(shown[-1], f"{part}_{quantity}")
                    end = last.shape[1], last[:, -1].mean()
                    panel.annotate(part, end, (6, 0), textcoords="offset points")
            panel.grid(alpha=0.3)
            # Room for the words at the ends of the lines.
            panel.set_xlim(1 - 0.05 * epochs, (1.25 if one_training else 1.05) * epochs)
            panel.xaxis.get_major_locator().set_params(integer=True)
        if not one_training:
            _explain_dashes(column[0])
    panels[0, 0].set_ylabel("loss")
    if "accuracy" in quantities:
        panels[1, 0].set_ylabel("accuracy (%)")
    panels[0, 0].legend() if one_training else _legend_below(figure, panels[0])
    return figure


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


def _explain_dashes(panel: plt.Axes) -> None:
    """A legend of its own, in the panel, for what is dashed and what is solid."""
    lines = [plt.Line2D([], [], color="0.3", linestyle=dashes) for dashes in PARTS.values()]
    panel.legend(lines, list(PARTS))


def _legend_below(figure: plt.Figure, panels: Sequence[plt.Axes]) -> None:
    """The names of the curves, which may be long, below the panels; each name once."""
    lines = [line for panel in panels for line in panel.lines]
    named = {
        (str(line.get_label()), line.get_color()): line
        for line in lines
        if not str(line.get_label()).startswith("_")  # matplotlib's own name of a line without one
    }
    names = [name for name, _ in named]
    figure.legend(list(named.values()), names, loc="outside lower left")


def draw_drift(drifts: Mapping[str, Float[np.ndarray, " steps"]], title: str) -> plt.Figure:
    """The largest difference between runs in the loss of each step, log scale.

    Args:
        drifts: for each precision, max - min over the runs; 0 where they agree to the last bit,
            which a log scale cannot show and the figure leaves out.
        title: of the figure.
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
    return figure


def png(figure: plt.Figure) -> bytes:
    """The figure as the content of a PNG file; the figure is closed."""
    content = io.BytesIO()
    figure.savefig(content, dpi=110)
    plt.close(figure)
    return content.getvalue()
