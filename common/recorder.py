"""Watching a training by functions; `train_steps` makes it needless."""

from collections.abc import Callable, Iterator
from typing import Any

from common.training import EPOCH_COLUMNS, DivergenceError, History, Training

__all__ = ["EPOCH_COLUMNS", "DivergenceError", "History", "Recorder", "Stopped"]


class Stopped(Exception):  # noqa: N818 - not an error
    """Leaves a training."""


class Recorder:
    """Calls after_step after each update, and after_epoch after each epoch."""

    history: History
    model: Any
    optimizer: Any
    scheduler: Any = None
    configuration: Any
    steps_per_epoch: int
    _indices: Any
    epoch: int

    def __init__(
        self,
        after_step: Callable[["Recorder"], None] | None = None,
        after_epoch: Callable[["Recorder"], None] | None = None,
    ) -> None:
        self.after_step, self.after_epoch = after_step, after_epoch

    def follow(self, steps: Iterator[Training]) -> tuple[Any, History]:
        """Run a training to its end."""
        self._stopping = False
        for number, training in enumerate(steps):
            self._training, self.history, self.model = training, training.history, training.model
            self.training = training.examples
            self.optimizer, self.configuration = training.optimizer, training.configuration
            self.steps_per_epoch, self.epoch = training.steps_per_epoch, training.epoch
            self._indices = training.indices
            if number == 0:
                self._begin()
            self._step_made()
            if training.epoch_is_over:
                self._epoch_made()
            if self._stopping:
                break
        return self.model, self.history

    def stop(self) -> None:
        self._stopping = True

    @property
    def steps_made(self) -> int:
        return self._training.step

    @property
    def loss(self) -> float:
        return self._training.loss

    def record_step(self, loss: Any, right: Any, gradient_norm: Any = None) -> None:
        pass

    def record_epoch(self, validation_loss: float, validation_accuracy: float) -> None:
        pass

    def _begin(self) -> None:
        pass

    def _step_made(self) -> None:
        if self.after_step is not None:
            self.after_step(self)

    def _epoch_made(self) -> None:
        if self.after_epoch is not None:
            self.after_epoch(self)
