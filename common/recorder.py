"""What a training measures, kept in memory, and how a caller can watch it.

A tier's `train` keeps its loop to itself and tells a recorder what happened:

    with recorder.start(configuration, training, model, optimizer):
        for epoch in recorder.epochs():
            for step, indices in recorder.steps(minibatches(order, batch_size)):
                ...                                   # forward, loss, backward
                recorder.record_step(loss, right, gradient_norm)
                ...                                   # update
            recorder.record_epoch(validation_loss, validation_accuracy)
        recorder.finish(test_loss, test_accuracy)

Who wants to see more than the history passes functions, which are called with the recorder:

    def watch(recorder):
        print(recorder.steps_made, recorder.loss, recorder.model.gradients())
        if recorder.loss < 0.1:
            recorder.stop()

    model, history = train(configuration, dataset, Recorder(after_step=watch))
"""

import math
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

import numpy as np
from pydantic import ConfigDict, FiniteFloat

from common.configuration import Configuration
from common.diagnosis import first_non_finite, to_array
from common.examples import Examples
from common.schedules import scheduled_learning_rate
from data.errors import UserError

Indices = TypeVar("Indices")


class DivergenceError(UserError):
    """The loss, the gradient or a parameter is no longer finite."""


class Stopped(Exception):  # noqa: N818 - not an error: it ends a training that was asked to stop
    """Leaves the training loop; `Recorder.start` catches it."""


@dataclass(frozen=True)
class Epoch:
    """What one epoch measured: means over its training examples, and the validation examples.

    The accuracies are NaN in regression.
    """

    epoch: int
    train_loss: FiniteFloat
    train_accuracy: float
    validation_loss: FiniteFloat
    validation_accuracy: float
    learning_rate: FiniteFloat  # of the epoch's last step
    gradient_norm: float  # mean over the steps, before clipping; NaN without clipping
    seconds: FiniteFloat  # of the epoch's steps, validation apart

    # What a checkpoint is read through.
    __pydantic_config__ = ConfigDict(extra="forbid", strict=True)


EPOCH_COLUMNS = tuple(column.name for column in fields(Epoch))


@dataclass
class History:
    """What a training has measured so far.

    `losses`, `gradient_norms` and `right` have one entry for each step: the mean loss of the
    minibatch, the norm of the gradient before clipping (NaN without clipping), and the number of
    right predictions. The test set's figures are there when the training has reached its end.
    """

    epochs: list[Epoch] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)
    gradient_norms: list[float] = field(default_factory=list)
    right: list[int] = field(default_factory=list)
    test_loss: float | None = None
    test_accuracy: float | None = None


class Recorder:
    """Records one training in memory.

    Args:
        after_step: called after each update, with this recorder.
        after_epoch: called after each epoch's validation, with this recorder.

    Attributes:
        history: what has been measured.
        epoch: the one that runs, from 1.
        model, optimizer: those of the training; their parameters may be read, not changed.
    """

    def __init__(
        self,
        after_step: Callable[["Recorder"], None] | None = None,
        after_epoch: Callable[["Recorder"], None] | None = None,
    ) -> None:
        self.after_step = after_step
        self.after_epoch = after_epoch

    @contextmanager
    def start(
        self,
        configuration: Configuration,
        training: Examples,
        model: Any,
        optimizer: Any,
        scheduler: Any = None,
        must_stop: Callable[[], bool] | None = None,
    ) -> Iterator[None]:
        """Record what happens in the `with` block, which ends early after `stop`.

        Args:
            configuration: of this training.
            training: the examples that the minibatches index.
            model: has `outputs`, `gradients` and `state_dict`.
            optimizer: has a `state_dict` of arrays.
            scheduler: tier 3's; the others compute the learning rate from the step.
            must_stop: tells, after a step or a validation, whether the training ends there; if
                None, it does when it was asked to.
        """
        self.configuration, self.training = configuration, training
        self.model, self.optimizer, self.scheduler = model, optimizer, scheduler
        self.steps_per_epoch = configuration.steps_per_epoch(len(training))
        self.history = History()
        self.epoch = 1
        self._seconds = 0.0  # what the steps of this epoch took
        self._read = 0  # so many steps of the history are plain numbers
        self._stopping = False
        self._must_stop = must_stop or (lambda: self._stopping)
        self._indices: Any = None  # of the minibatch that runs
        self._begin()
        try:
            yield
        except Stopped:
            self._end_early()

    def stop(self) -> None:
        """End the training after the step, or the validation, that runs."""
        self._stopping = True

    @property
    def stopping(self) -> bool:
        """Whether the training was asked to stop."""
        return self._stopping

    @property
    def steps_made(self) -> int:
        """Steps of the whole training so far."""
        return len(self.history.losses)

    @property
    def loss(self) -> float:
        """The mean loss of the last minibatch."""
        self._read_steps()
        return self.history.losses[-1]

    def epochs(self) -> Iterator[int]:
        """The epochs that are left, counted from 1."""
        while self.epoch <= self.configuration.epochs:
            yield self.epoch

    def steps(self, minibatches: Iterable[Indices]) -> Iterator[tuple[int, Indices]]:
        """Pairs (step of the whole training, from 0; minibatch) of this epoch, and their time.

        Steps that a resumed training has behind it are passed over.
        """
        first_step = (self.epoch - 1) * self.steps_per_epoch
        done = self.steps_made - first_step
        before, started = self._seconds, time.perf_counter()
        for step_of_epoch, self._indices in enumerate(minibatches):
            if step_of_epoch < done:
                continue
            yield first_step + step_of_epoch, self._indices
            self._step_made()
            if self._must_stop():
                self._read_steps()
                self._seconds = before + time.perf_counter() - started
                raise Stopped
        self._read_steps()
        self._seconds = before + time.perf_counter() - started

    def record_step(self, loss: Any, right: Any, gradient_norm: Any = None) -> None:
        """Record what one step has computed before its update.

        Numbers on a GPU are read later, so that it never waits for Python.

        Args:
            loss: mean loss of the minibatch, a number or a tensor of one.
            right: for each of its examples, whether the prediction is right.
            gradient_norm: global norm of the gradient before clipping; None without clipping.

        Raises:
            DivergenceError: where the loss or the norm is not finite; names the layer.
        """
        self.history.losses.append(loss)
        self.history.right.append(right.sum())
        self.history.gradient_norms.append(math.nan if gradient_norm is None else gradient_norm)
        if not getattr(loss, "is_cuda", False):
            self._read_steps()

    def record_epoch(self, validation_loss: float, validation_accuracy: float) -> None:
        """Close the epoch.

        Raises:
            DivergenceError: where the validation loss or a parameter is not finite.
        """
        if not math.isfinite(validation_loss):
            raise DivergenceError(
                f"the validation loss is {validation_loss} after epoch {self.epoch}, step"
                f" {self.steps_per_epoch} ({first_non_finite(self.model.state_dict(), (), {})});"
                f" {self._remedy()}"
            )
        self._check_parameters()
        sizes = np.full(self.steps_per_epoch, self.configuration.batch_size)
        sizes[-1] = len(self.training) - sizes[:-1].sum()
        of_epoch = slice(self.steps_made - self.steps_per_epoch, None)
        self.history.epochs.append(
            Epoch(
                epoch=self.epoch,
                train_loss=float(np.array(self.history.losses[of_epoch]) @ sizes / sizes.sum()),
                train_accuracy=self.training.accuracy(sum(self.history.right[of_epoch])),
                validation_loss=float(validation_loss),
                validation_accuracy=float(validation_accuracy),
                learning_rate=scheduled_learning_rate(
                    self.configuration, self.steps_made - 1, self.steps_per_epoch
                ),
                gradient_norm=float(np.mean(self.history.gradient_norms[of_epoch])),
                seconds=self._seconds,
            )
        )
        self.epoch += 1
        self._seconds = 0.0
        self._epoch_made()
        if self._must_stop() and self.epoch <= self.configuration.epochs:
            raise Stopped

    def finish(self, test_loss: float, test_accuracy: float) -> None:
        """Record the test set's figures, which are measured this once."""
        self.history.test_loss = float(test_loss)
        self.history.test_accuracy = float(test_accuracy)

    # What a recorder that keeps files does besides.

    def _begin(self) -> None:
        """Called before the first step."""

    def _step_made(self) -> None:
        """Called after each step."""
        if self.after_step is not None:
            self.after_step(self)
            self.model.train()  # in case that the caller has evaluated it

    def _epoch_made(self) -> None:
        """Called after each epoch."""
        if self.after_epoch is not None:
            self.after_epoch(self)

    def _end_early(self) -> None:
        """Called where the training was stopped before its end."""

    def _remedy(self) -> str:
        """What to do about a divergence."""
        return (
            f"try a learning_rate smaller than {self.configuration.learning_rate}, clip_norm=1 or"
            " another initializer"
        )

    def _read_steps(self) -> None:
        """Make plain numbers of what was recorded since the last reading, and check them."""
        history = self.history
        for index in range(self._read, self.steps_made):
            history.losses[index] = float(history.losses[index])
            history.gradient_norms[index] = float(history.gradient_norms[index])
            history.right[index] = int(history.right[index])
            self._check_step(index)
        self._read = self.steps_made

    def _check_step(self, index: int) -> None:
        loss, norm = self.history.losses[index], self.history.gradient_norms[index]
        clipped = self.configuration.clip_norm is not None
        if math.isfinite(loss) and (math.isfinite(norm) or not clipped):
            return
        what = f"the loss is {loss}"
        if math.isfinite(loss):
            what = f"the norm of the gradient is {norm}"
        epoch, step = divmod(index, self.steps_per_epoch)
        raise DivergenceError(
            f"{what} at epoch {epoch + 1}, step {step + 1} ({self._find_cause()}); {self._remedy()}"
        )

    def _find_cause(self) -> str:
        """Where in this step a number that is not finite first appeared."""
        if getattr(self.training.images, "is_cuda", False):
            return "rerun with --device cpu to learn in which layer"
        gradients = self.model.gradients()
        state = self.model.state_dict()
        outputs = self.model.outputs(self.training.images[self._indices])
        return first_non_finite({name: state[name] for name in gradients}, outputs, gradients)

    def _check_parameters(self) -> None:
        # No step after the last update has looked at it: a unit that is off hides infinity.
        for name, parameter in self.model.state_dict().items():
            if not np.isfinite(to_array(parameter)).all():
                epoch, step = divmod(self.steps_made - 1, self.steps_per_epoch)
                raise DivergenceError(
                    f"{name} is not finite after epoch {epoch + 1}, step {step + 1};"
                    f" {self._remedy()}"
                )
