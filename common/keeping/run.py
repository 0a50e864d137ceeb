"""One training run that is kept: its folder, checkpoints, interruptions and progress bar.

A `Run` is the recorder that the train scripts use:

    with Run(options, tier="numpy") as run:
        train(options, load_dataset(options.dataset, options.data_root, options.dtype), run)
"""

import shlex
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import astuple
from pathlib import Path
from typing import Any

from common.keeping import run_folder
from common.keeping.checkpoint import load_checkpoint, save_checkpoint, to_arrays
from common.keeping.environment import environment
from common.keeping.options import RunOptions
from common.keeping.progress import ProgressDisplay
from common.keeping.recorder import EPOCH_COLUMNS, Recorder
from data.errors import UserError

STEP_COLUMNS = ("step", "epoch", "loss", "gradient_norm")


class Run(Recorder):
    """Keeps one training run in its folder and shows its progress.

    As a context it listens to Ctrl-C and SIGTERM: the step that runs is finished, a checkpoint
    written, and the program left with 130 or 143.

    Args:
        options: of the run, with `run_dir` set.
        tier: the name that history and tables show.
        after_step, after_epoch: as in `Recorder`.

    Raises:
        UserError: where the run folder holds a run already (or, with `resume`, none that can be
            continued), or cannot be written.
    """

    def __init__(
        self,
        options: RunOptions,
        tier: str,
        after_step: Callable[[Recorder], None] | None = None,
        after_epoch: Callable[[Recorder], None] | None = None,
    ) -> None:
        super().__init__(after_step, after_epoch)
        assert options.run_dir is not None
        self.options = options
        self.tier = tier
        self.folder = Path(options.run_dir)
        self._signal: int | None = None
        self._previous_handlers: dict[int, Any] = {}
        self._progress = ProgressDisplay(options.epochs)
        self._made_folder = run_folder.claim(
            self.folder, resume=options.resume, overwrite=options.overwrite
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
        self._stopping = True
        # A second Ctrl-C need not be patient: what is on disk is whole at any moment.
        signal.signal(number, self._previous_handlers[number])

    def _begin(self) -> None:
        self._stopping = self._signal is not None  # a signal may have come before the first step
        if self.options.resume:
            position = load_checkpoint(
                self.folder / run_folder.CHECKPOINT, self.model, self.optimizer, self.scheduler
            )
            self.history, self.epoch, self._seconds = position
            self._read = self.steps_made
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
                "options": self.options.model_dump(mode="json"),
                "environment": environment(),
            },
        )

    def steps(self, minibatches):
        done = self.steps_made - (self.epoch - 1) * self.steps_per_epoch
        self._progress.start_epoch(self.epoch, self.steps_per_epoch, done)
        yield from super().steps(minibatches)

    def _step_made(self) -> None:
        super()._step_made()
        if self._progress.due:
            step = self.steps_made - (self.epoch - 1) * self.steps_per_epoch
            self._progress.update(step, self.loss)

    def _epoch_made(self) -> None:
        run_folder.write_table(
            self.folder / run_folder.HISTORY,
            EPOCH_COLUMNS,
            (astuple(epoch) for epoch in self.history.epochs),
        )
        self._save_checkpoint()
        last = self.history.epochs[-1]
        self._progress.line(
            f"epoch {last.epoch:2}/{self.options.epochs}"
            f"  train loss {last.train_loss:.4f}"
            f"  validation loss {last.validation_loss:.4f}"
            f"  validation accuracy {last.validation_accuracy:.2%}"
            f"  {last.seconds:.2f} s"
        )
        super()._epoch_made()

    def finish(self, test_loss: float, test_accuracy: float) -> None:
        """Keep the final model and the test set's figures, which are measured this once."""
        super().finish(test_loss, test_accuracy)
        run_folder.write_tensors(
            self.folder / run_folder.MODEL,
            to_arrays(self.model.state_dict()),
            {"tier": self.tier, "options": self.options.model_dump(mode="json")},
        )
        measured = zip(self.history.losses, self.history.gradient_norms, strict=True)
        run_folder.write_table(
            self.folder / run_folder.STEPS,
            STEP_COLUMNS,
            (
                (step + 1, step // self.steps_per_epoch + 1, loss, norm)
                for step, (loss, norm) in enumerate(measured)
            ),
        )
        run_folder.write_json(
            self.folder / run_folder.TEST,
            {"test_loss": self.history.test_loss, "test_accuracy": self.history.test_accuracy},
        )
        self._progress.line(
            f"test loss {test_loss:.4f}  test accuracy {test_accuracy:.2%}  ->  {self.folder}"
        )

    def _end_early(self) -> None:
        self._check_parameters()
        self._save_checkpoint()
        self._progress.line(
            f"stopped in epoch {self.epoch}; continue with --resume --run-dir"
            f" {shlex.quote(str(self.folder))}"
        )
        if self._signal is not None:
            raise SystemExit(128 + self._signal)

    def _remedy(self) -> str:
        remedy = (
            f"try a smaller --learning-rate than {self.options.learning_rate}, --clip-norm 1"
            " or another --initializer"
        )
        if not self.history.epochs:
            return remedy
        return f"{remedy} (the history so far is in {self.folder})"

    def _save_checkpoint(self) -> None:
        save_checkpoint(
            self.folder / run_folder.CHECKPOINT,
            self.history,
            self.epoch,
            self._seconds,
            self.model,
            self.optimizer,
            self.scheduler,
        )
