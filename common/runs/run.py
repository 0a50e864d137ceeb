"""One training run that is kept: its folder, checkpoints, interruptions and progress bar.

    with Run(options, tier="numpy") as run:
        for training in run.steps(train_steps, dataset):
            ...

A `Run` is a loop around a tier's training, and hands on each of its steps.
"""

import shlex
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import astuple
from pathlib import Path
from typing import Any

from common.runs import run_folder
from common.runs.checkpoint import load_checkpoint, save_checkpoint
from common.runs.environment import environment, limited_threads
from common.runs.files import (
    FileDigest,
    damaged,
    file_digest,
    write_checked_json,
    write_table,
    write_tensors,
)
from common.runs.options import RunOptions
from common.runs.progress import ProgressDisplay, accuracy_part, readable
from common.training import (
    EPOCH_COLUMNS,
    DivergenceError,
    StateMismatch,
    Training,
    TrainingState,
    to_arrays,
)
from data.datasets import Dataset
from data.errors import UserError

TrainSteps = Callable[..., Iterator[Training]]


class Run:
    """Keeps one training run in its folder and shows its progress.

    As a context it listens to Ctrl-C and SIGTERM: the step that runs is finished, a checkpoint
    written, and the program left with 130 or 143.

    Args:
        options: of the run, with `run_dir` set.
        tier: the name that history and tables show.

    Raises (on entering the context):
        UserError: where another process uses the run folder, it holds a run already (or, with
            `resume`, none that can be continued), or it cannot be written.
    """

    def __init__(self, options: RunOptions, tier: str) -> None:
        assert options.run_dir is not None
        self.options = options
        self.tier = tier
        self.folder = Path(options.run_dir)
        self._digests: dict[str, FileDigest] = {}  # of the files that this run has written or read
        self._begun = options.resume  # whether the folder holds this run
        self._shown_epoch = 0
        self._signal: int | None = None
        self._previous_handlers: dict[int, Any] = {}
        self._progress = ProgressDisplay(options.epochs)
        self._context = ExitStack()

    def __enter__(self) -> "Run":
        with ExitStack() as entering:
            self._open_folder(entering)
            for number in (signal.SIGINT, signal.SIGTERM):
                self._previous_handlers[number] = signal.signal(number, self._request_stop)
            entering.callback(self._restore_handlers)
            if self.options.threads:
                entering.enter_context(limited_threads(self.options.threads))
            self._progress.start()
            entering.callback(self._progress.stop)
            self._context = entering.pop_all()
        return self

    def _open_folder(self, entering: ExitStack) -> None:
        """Keep the folder for this process, until the context ends."""
        entering.enter_context(run_folder.lock(self.folder))
        run_folder.ensure_writable(self.folder, self.options.resume, self.options.overwrite)

    def __exit__(self, *_: object) -> None:
        self._context.close()

    def _restore_handlers(self) -> None:
        for number, handler in self._previous_handlers.items():
            signal.signal(number, handler)

    def _request_stop(self, number: int, _: object) -> None:
        self._signal = number
        # A second Ctrl-C need not be patient: what is on disk is whole at any moment.
        signal.signal(number, self._previous_handlers[number])

    def steps(self, train_steps: TrainSteps, dataset: Dataset) -> Iterator[Training]:
        """The steps of a tier's training, kept in the folder, each handed on once it is kept.

        Args:
            train_steps: the tier's.
            dataset: what the options name.

        Raises:
            UserError: as `train_steps` does, and where the folder cannot be written or the run
                that it holds cannot be continued.
            SystemExit: after a signal.
        """
        state = self._load(self.options.steps_per_epoch(len(dataset.train)))
        try:
            for training in train_steps(self.options, dataset, resume_from=state):
                if not self._begun:
                    self._begin_folder()
                    self._begun = True
                self._show(training)
                if training.epoch_is_over:
                    self._keep_epoch(training)
                if training.is_over:
                    self._finish(training)
                yield training
                training.stop_requested |= self._signal is not None
                if training.should_stop and not training.is_over:
                    self._stop(training)
                    return
        except StateMismatch as error:
            raise damaged(self.folder / run_folder.CHECKPOINT, error) from None
        except DivergenceError as error:
            raise DivergenceError(error.cause, self._remedy()) from None

    def _load(self, steps_per_epoch: int) -> TrainingState | None:
        """Where the run that the folder holds was stopped; None for one that begins."""
        if not self.options.resume:
            return None
        checkpoint = self.folder / run_folder.CHECKPOINT
        self._digests[run_folder.CONFIG] = config = file_digest(self.folder / run_folder.CONFIG)
        state = load_checkpoint(checkpoint, config, steps_per_epoch)
        self._digests[run_folder.CHECKPOINT] = file_digest(checkpoint)
        return state

    def _begin_folder(self) -> None:
        """Replace what the folder holds by a run that begins."""
        run_folder.clear(self.folder)
        self._write(
            write_checked_json,
            run_folder.CONFIG,
            {
                "tier": self.tier,
                "options": self.options.as_json(),
                "environment": environment(),
            },
        )

    def _show(self, training: Training) -> None:
        step = (training.step - 1) % training.steps_per_epoch + 1
        if training.epoch != self._shown_epoch:
            self._shown_epoch = training.epoch
            self._progress.start_epoch(training.epoch, training.steps_per_epoch, step - 1)
        if self._progress.due:
            self._progress.update(step, training.loss)

    def _keep_epoch(self, training: Training) -> None:
        rows = (astuple(epoch) for epoch in training.history.epochs)
        self._write(write_table, run_folder.HISTORY, EPOCH_COLUMNS, rows)
        self._save_checkpoint(training)
        last = training.history.epochs[-1]
        self._progress.line(
            f"epoch {last.epoch:2}/{self.options.epochs}"
            f"  train loss {readable(last.train_loss)}"
            f"  validation loss {readable(last.validation_loss)}"
            f"{accuracy_part('validation', last.validation_accuracy)}"
            f"  {last.seconds:.2f} s"
        )

    def _finish(self, training: Training) -> None:
        """Keep the final model and the test set's figures."""
        self._write(
            write_tensors,
            run_folder.MODEL,
            to_arrays(training.model.state_dict()),
            {"tier": self.tier, "options": self.options.as_json()},
        )
        history = training.history
        measured = zip(history.losses, history.gradient_norms, strict=True)
        self._write(
            write_table,
            run_folder.STEPS,
            run_folder.STEP_COLUMNS,
            (
                (step + 1, step // training.steps_per_epoch + 1, loss, norm)
                for step, (loss, norm) in enumerate(measured)
            ),
        )
        loss, accuracy = history.test_loss, history.test_accuracy
        assert loss is not None and accuracy is not None
        self._write(run_folder.write_result, run_folder.TEST, loss, accuracy, self._digests)
        self._progress.line(
            f"test loss {readable(loss)}{accuracy_part('test', accuracy)}  ->  {self.folder}"
        )

    def _stop(self, training: Training) -> None:
        self._save_checkpoint(training)
        self._progress.line(
            f"stopped in epoch {len(training.history.epochs) + 1}; continue with --resume --run-dir"
            f" {shlex.quote(str(self.folder))}"
        )
        if self._signal is not None:
            raise SystemExit(128 + self._signal)

    def _remedy(self) -> str:
        remedies = [f"try a smaller --learning-rate than {self.options.learning_rate}"]
        if self.options.weight_decay > 1:
            remedies.append(f"a smaller --weight-decay than {self.options.weight_decay}")
        if self.options.clip_norm is None:
            remedies.append("--clip-norm 1")
        kept = ""
        if self._begun and (self.folder / run_folder.HISTORY).exists():
            kept = f" (the history so far is in {self.folder})"
        return f"{', '.join(remedies)} or another --initializer{kept}"

    def _save_checkpoint(self, training: Training) -> None:
        self._write(
            save_checkpoint,
            run_folder.CHECKPOINT,
            self._digests[run_folder.CONFIG],
            training.state(),
        )

    def _write(self, write: Callable[..., FileDigest], name: str, *content: Any) -> None:
        """Write a file of the run folder, and remember its digest.

        Raises:
            UserError: where it cannot be written; says whether the run can be continued.
        """
        try:
            self._digests[name] = write(self.folder / name, *content)
        except UserError as error:
            if not (self.folder / run_folder.CHECKPOINT).exists():
                raise
            raise UserError(
                f"{error} (what was written before is whole, and --resume continues from it)"
            ) from None


class Follower(Run):
    """A run that another process keeps: this one trains along, and writes and shows nothing.

    Args:
        options, tier: as `Run`.
    """

    def __init__(self, options: RunOptions, tier: str) -> None:
        super().__init__(options, tier)
        self._progress.console.quiet = True

    def _open_folder(self, entering: ExitStack) -> None:
        """The first process keeps it."""

    def _begin_folder(self) -> None:
        """The first process does."""

    def _save_checkpoint(self, training: Training) -> None:
        """The first process does."""

    def _write(self, write: Callable[..., FileDigest], name: str, *content: Any) -> None:
        """The first process writes it."""
