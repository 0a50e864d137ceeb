"""One training run: its history, progress, checkpoints, interruptions and end.

A train script keeps its loop to itself and tells a `Run` what happened:

    run = Run(configuration, tier="numpy")
    run.start(model, optimizer)                  # with --resume: loads their states
    for epoch in run.epochs():
        for step, indices in run.steps(...):
            ...                                  # forward, loss, backward, update
            run.record_step(loss, correct)
        run.record_epoch(validation_loss, validation_accuracy)
    run.finish(test_loss, test_accuracy)
"""

import math
import shlex
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from common import run_folder
from common.checkpoint import Record, Stateful, load_checkpoint, save_checkpoint, to_arrays
from common.configuration import Configuration
from common.diagnosis import first_non_finite
from common.environment import environment
from common.errors import UserError
from common.progress import ProgressDisplay
from common.schedules import learning_rate
from data.mnist import DATASETS

Indices = TypeVar("Indices")

HISTORY_COLUMNS = (
    "epoch",
    "train_loss",
    "train_accuracy",
    "validation_loss",
    "validation_accuracy",
    "learning_rate",
    "gradient_norm",
    "seconds",
)
STEP_COLUMNS = ("step", "epoch", "loss", "gradient_norm")


class DivergenceError(UserError):
    """The loss, the gradient or a parameter is no longer finite."""


class Run:
    """Keeps one training run in its folder and shows its progress.

    Args:
        configuration: the options, with `run_dir` set.
        tier: the name that history and tables show.
        lazy: read losses from the device only when the progress bar shows one and at the end of
            an epoch, so that a GPU never waits for Python.

    Raises:
        UserError: where the run folder holds a run already (or, with --resume, none that can be
            continued), or cannot be written.
    """

    def __init__(self, configuration: Configuration, tier: str, lazy: bool = False) -> None:
        self.configuration = configuration
        self.tier = tier
        self.lazy = lazy
        self.folder = Path(configuration.run_dir)
        self._record = Record()
        self._read = 0  # so many steps of the record are plain numbers
        self._signal: int | None = None
        self._previous_handlers: dict[int, Any] = {}
        self._model: Stateful
        self._optimizer: Stateful
        self._scheduler: Stateful | None
        self._progress = ProgressDisplay(configuration.epochs)
        self._made_folder = run_folder.claim(
            self.folder, resume=configuration.resume, overwrite=configuration.overwrite
        )

    def __enter__(self) -> "Run":
        for number in (signal.SIGINT, signal.SIGTERM):
            self._previous_handlers[number] = signal.signal(number, self._request_stop)
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()
        for number, handler in self._previous_handlers.items():
            signal.signal(number, handler)
        if self._made_folder:
            # Fails, as it should, unless the run ended before it wrote anything.
            with suppress(OSError):
                self.folder.rmdir()

    def _request_stop(self, number: int, _: object) -> None:
        self._signal = number
        # A second Ctrl-C need not be patient: what is on disk is whole at any moment.
        signal.signal(number, self._previous_handlers[number])

    def start(
        self, model: Stateful, optimizer: Stateful, scheduler: Stateful | None = None
    ) -> None:
        """Begin the run, or load the states that it is resumed from.

        Args:
            model, optimizer: their states are arrays.
            scheduler: tier 3's, whose state is numbers; tiers 1 and 2 compute the learning rate
                from the step.

        Raises:
            UserError: where the checkpoint is damaged or of another network, optimizer or dtype.
        """
        self._model, self._optimizer, self._scheduler = model, optimizer, scheduler
        if self.configuration.resume:
            path = self.folder / run_folder.CHECKPOINT
            self._record = load_checkpoint(path, model, optimizer, scheduler)
            self._read = len(self._record.losses)
            return
        for name in run_folder.FILES:
            try:
                (self.folder / name).unlink(missing_ok=True)
            except OSError as error:
                raise UserError(
                    f"cannot replace {self.folder / name}: {error.strerror}; remove it, or choose"
                    " another --run-dir"
                ) from None
        run_folder.write_json(
            self.folder / run_folder.CONFIG,
            {
                "tier": self.tier,
                "options": self.configuration.model_dump(mode="json"),
                "environment": environment(),
            },
        )

    def epochs(self) -> Iterator[int]:
        """The epochs that are left, counted from 1."""
        while self._record.epoch <= self.configuration.epochs:
            yield self._record.epoch

    def steps(self, minibatches: Iterable[Indices]) -> Iterator[tuple[int, Indices]]:
        """Pairs (step of the whole run, minibatch) of this epoch; times what is done with them.

        Steps that a resumed run has behind it are passed over. After Ctrl-C or SIGTERM the step
        that runs is finished, a checkpoint written, and the program left with 130 or 143.
        """
        first_step = (self._record.epoch - 1) * self.configuration.steps_per_epoch
        done = len(self._record.losses) - first_step
        self._progress.start_epoch(self._record.epoch, self.configuration.steps_per_epoch, done)
        before = self._record.seconds
        started = time.perf_counter()
        for step_of_epoch, indices in enumerate(minibatches):
            if step_of_epoch < done:
                continue
            yield first_step + step_of_epoch, indices
            if self._progress.due:
                self._read_steps()
                self._progress.update(step_of_epoch + 1, self._record.losses[-1])
            if self._signal is not None:
                self._read_steps()
                self._record.seconds = before + time.perf_counter() - started
                self._leave()
        self._read_steps()
        self._record.seconds = before + time.perf_counter() - started

    def record_step(
        self,
        loss: Any,
        correct: Any,
        gradient_norm: Any = math.nan,
        find_cause: Callable[[], str] | None = None,
    ) -> None:
        """Record what one step computed.

        Args:
            loss: mean loss of the minibatch, a number or a tensor of one.
            correct: how many of its predictions are right.
            gradient_norm: global norm of the gradient before clipping, if it was computed.
            find_cause: names the layer in which a number that is not finite first appeared.

        Raises:
            DivergenceError: where the loss or the norm is not finite.
        """
        self._record.losses.append(loss)
        self._record.correct.append(correct)
        self._record.gradient_norms.append(gradient_norm)
        if not self.lazy:
            self._read_steps(find_cause)

    def _read_steps(self, find_cause: Callable[[], str] | None = None) -> None:
        """Fetch what was recorded since the last reading, from the device if it lies there."""
        for index in range(self._read, len(self._record.losses)):
            self._record.losses[index] = float(self._record.losses[index])
            self._record.gradient_norms[index] = float(self._record.gradient_norms[index])
            self._record.correct[index] = int(self._record.correct[index])
            self._check_step(index, find_cause)
        self._read = len(self._record.losses)

    def _check_step(self, index: int, find_cause: Callable[[], str] | None) -> None:
        loss, gradient_norm = self._record.losses[index], self._record.gradient_norms[index]
        clipped = self.configuration.clip_norm is not None
        if math.isfinite(loss) and (math.isfinite(gradient_norm) or not clipped):
            return
        what = f"the loss is {loss}"
        if math.isfinite(loss):
            what = f"the norm of the gradient is {gradient_norm}"
        epoch, step = divmod(index, self.configuration.steps_per_epoch)
        cause = "rerun with --device cpu to learn in which layer" if self.lazy else ""
        if find_cause is not None:
            cause = find_cause()
        raise DivergenceError(
            f"{what} at epoch {epoch + 1}, step {step + 1} ({cause}); {self._remedy}"
        )

    @property
    def _remedy(self) -> str:
        return (
            f"try a smaller --learning-rate than {self.configuration.learning_rate}, --clip-norm 1"
            f" or another --initializer (the history so far is in {self.folder})"
        )

    def record_epoch(self, validation_loss: float, validation_accuracy: float) -> None:
        """Close the epoch: one row of the history, one line, and a checkpoint.

        Raises:
            DivergenceError: where the validation loss is not finite.
        """
        configuration = self.configuration
        if not math.isfinite(validation_loss):
            raise DivergenceError(
                f"the validation loss is {validation_loss} after epoch {self._record.epoch}, step"
                f" {configuration.steps_per_epoch}"
                f" ({first_non_finite(self._model.state_dict(), (), {})}); {self._remedy}"
            )
        count = DATASETS[configuration.dataset].train
        sizes = np.full(configuration.steps_per_epoch, configuration.batch_size)
        sizes[-1] = count - configuration.batch_size * (len(sizes) - 1)
        losses = np.array(self._record.losses[-len(sizes) :])
        row = {
            "epoch": self._record.epoch,
            "train_loss": float(losses @ sizes / count),
            "train_accuracy": sum(self._record.correct[-len(sizes) :]) / count,
            "validation_loss": float(validation_loss),
            "validation_accuracy": float(validation_accuracy),
            "learning_rate": learning_rate(configuration, len(self._record.losses) - 1),
            "gradient_norm": float(np.mean(self._record.gradient_norms[-len(sizes) :])),
            "seconds": self._record.seconds,
        }
        self._record.history.append(row)
        self._progress.line(
            f"epoch {self._record.epoch:2}/{configuration.epochs}"
            f"  train loss {row['train_loss']:.4f}"
            f"  validation loss {row['validation_loss']:.4f}"
            f"  validation accuracy {row['validation_accuracy']:.2%}"
            f"  {row['seconds']:.2f} s"
        )
        self._record.epoch += 1
        self._record.seconds = 0.0
        run_folder.write_table(
            self.folder / run_folder.HISTORY,
            HISTORY_COLUMNS,
            ([row[column] for column in HISTORY_COLUMNS] for row in self._record.history),
        )
        self._save_checkpoint()
        if self._signal is not None and self._record.epoch <= configuration.epochs:
            self._leave()

    def finish(self, test_loss: float, test_accuracy: float) -> None:
        """Keep the final model and the test set's figures, which are measured this once."""
        run_folder.write_tensors(
            self.folder / run_folder.MODEL,
            to_arrays(self._model.state_dict()),
            {"tier": self.tier, "options": self.configuration.model_dump(mode="json")},
        )
        per_epoch = self.configuration.steps_per_epoch
        run_folder.write_table(
            self.folder / run_folder.STEPS,
            STEP_COLUMNS,
            (
                (step + 1, step // per_epoch + 1, loss, norm)
                for step, (loss, norm) in enumerate(
                    zip(self._record.losses, self._record.gradient_norms, strict=True)
                )
            ),
        )
        run_folder.write_json(
            self.folder / run_folder.TEST,
            {"test_loss": float(test_loss), "test_accuracy": float(test_accuracy)},
        )
        self._progress.line(
            f"test loss {test_loss:.4f}  test accuracy {test_accuracy:.2%}  ->  {self.folder}"
        )

    def _leave(self) -> None:
        self._save_checkpoint()
        assert self._signal is not None
        self._progress.line(
            f"stopped in epoch {self._record.epoch}; continue with --resume --run-dir"
            f" {shlex.quote(str(self.folder))}"
        )
        raise SystemExit(128 + self._signal)

    def _save_checkpoint(self) -> None:
        for name, parameter in to_arrays(self._model.state_dict()).items():
            # No step after the last update has looked at it: a unit that is off hides infinity.
            if not np.isfinite(parameter).all():
                epoch, step = divmod(
                    len(self._record.losses) - 1, self.configuration.steps_per_epoch
                )
                raise DivergenceError(
                    f"{name} is not finite after epoch {epoch + 1}, step {step + 1}; {self._remedy}"
                )
        save_checkpoint(
            self.folder / run_folder.CHECKPOINT,
            self._record,
            self._model,
            self._optimizer,
            self._scheduler,
        )
