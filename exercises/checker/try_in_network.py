"""Trains a tier twice: as it is, and with the reader's own layers in its network.

An exercise whose checks define `TRIED`, options of a training, and `in_network(answer, layers)`,
which puts the answer into the list of a network's layers, can be tried so.
"""

from collections.abc import Callable
from types import ModuleType
from typing import Any

from rich.table import Table

from common.runs.progress import print_line
from data.datasets import DatasetUnavailable, load_dataset
from data.errors import UserError
from exercises.checker.answer import Answer
from exercises.checker.catalogue import PYTHON
from exercises.checker.checking import format_exception
from tiers import Tier

SETTINGS = {"hidden": (64, 32), "dtype": "float64", "batch_size": 128}


def try_answer(answer: Answer, tier: Tier, epochs: int) -> None:
    """Train with the tier's own layers, then with the answer's, and print both.

    Args:
        answer: the answer.
        tier: in which it is written.
        epochs: of each training.

    Raises:
        UserError: where the exercise has no part of a network, or the answer raises an exception.
    """
    exercise, path = answer.exercise, answer.path
    in_network = getattr(exercise.checks, "in_network", None)
    if in_network is None:
        about = f"exercise {exercise.number} has no part to put into a network"
        raise UserError(f"{about}; try {PYTHON} {exercise.metadata.experiment}")
    try:
        name, dataset = "mnist", load_dataset("mnist", dtype="float64", download=False)
    except DatasetUnavailable:
        name, dataset = "digits", load_dataset("digits", dtype="float64")
    settings = SETTINGS | exercise.checks.TRIED | {"dataset": name, "epochs": epochs}
    configuration = tier.options(**settings)
    print_line(f"{tier.title}; {name}, {len(dataset.train.labels):,} images; epochs: {epochs}")
    histories = [tier.train(configuration, dataset)[1]]
    script = tier.module("train")
    try:
        model = script.make_model(configuration, dataset.train.images.shape[1], dataset.classes)
        _put_into(model, tier, in_network, answer.load())
        *_, training = script.train_steps(configuration, dataset, model=model)
        histories.append(training.history)
    except UserError:
        raise
    except Exception as error:
        where, *message = format_exception(error, path)
        raise UserError(f"{path.name}: {where} {' '.join(message)}") from None
    print_line(_table(histories))


def _put_into(model: Any, tier: Tier, in_network: Callable[..., Any], answer: ModuleType) -> None:
    """Put the answer into the layers of the tier's model."""
    layers = in_network(answer, list(model.layers))
    if tier.name == "paper":
        from torch import float64, nn

        model.layers = nn.Sequential(*layers).to(float64)
    else:
        own = tier.module("layers").Layer
        model.layers = [
            layer if isinstance(layer, own) else _as_layer(own, layer) for layer in layers
        ]


def _as_layer(own: type, layer: Any) -> Any:
    """An answer's layer with the methods by which an MLP collects parameters and buffers."""

    def collected(*names: str, prefix: str = "") -> dict[str, Any]:
        return {
            name: getattr(layer, prefix + name) for name in names if hasattr(layer, prefix + name)
        }

    class ReadersLayer(own):
        training = property(
            lambda self: layer.training, lambda self, value: setattr(layer, "training", value)
        )

        def forward(self, X: Any) -> Any:
            return layer.forward(X)

        def backward(self, grad_output: Any) -> Any:
            return layer.backward(grad_output)

        def parameters(self) -> dict[str, Any]:
            return collected("weight", "bias")

        def gradients(self) -> dict[str, Any]:
            return collected("weight", "bias", prefix="grad_")

        def buffers(self) -> dict[str, Any]:
            return collected("running_mean", "running_var")

    return ReadersLayer()


def _table(histories: list[Any]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("validation", justify="right")
    for title in ("the tier's own", "yours"):
        table.add_column(title, justify="right")
    for own, yours in zip(*(history.epochs for history in histories), strict=True):
        row = [f"{epoch.validation_accuracy:.2%}" for epoch in (own, yours)]
        table.add_row(f"epoch {own.epoch}", *row)
    table.add_row("test set", *(f"{history.test_accuracy:.2%}" for history in histories))
    return table
