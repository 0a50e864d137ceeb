"""What every experiment keeps to."""

import json

from matplotlib import pyplot as plt


def check_experiment(experiment, numbers):
    """The numbers are JSON's, the answer is text, and every panel of the figure names its axes."""
    json.dumps(numbers, allow_nan=False)
    assert experiment.answer(numbers)
    figure = experiment.draw(numbers)
    figure.canvas.draw()
    panels = [panel for panel in figure.get_axes() if panel.axison]
    assert all(panel.get_xlabel() or panel.get_ylabel() for panel in panels)
    plt.close(figure)
