"""One training run that is kept: its folder, checkpoints, interruptions and progress bar.

A `Run` is the recorder that the train scripts use:

    with Run(options, tier="numpy") as run:
        train(options, load_dataset(options.dataset, options.data_root, options.dtype), run)
"""

import math
import shlex
import signal
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import astuple
from pathlib import Path
from typing import Any

from common.recorder import EPOCH_COLUMNS, DivergenceError, Recorder
from common.runs import run_folder
from common.runs.checkpoint import load_checkpoint, save_checkpoint, to_arrays
from common.runs.environment import environment, limited_threads
from common.runs.files import Seal, seal, write_checked_json, write_table, write_tensors
from common.runs.options import RunOptions
from common.runs.progress import ProgressDisplay, accuracy_part, readable
from data.errors import UserError


class Run(Recorder):
    """Keeps one training run in its folder and shows its progress.

    As a context it listens to Ctrl-C and SIGTERM: the step that runs is finished, a checkpoint
    written, and the program left with 130 or 143.

    Args:
        options: of the run, with `run_dir` set.
        tier: the name that history and tables show.
        after_step, after_epoch: as in `Recorder`.

    Raises (on entering the context):
        UserError: where another process uses the run folder, it holds a run already (or, with
            `resume`, none that can be continued), or it cannot be written.
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
        self._seals: dict[str, Seal] = {}  # of the files that this run has written or read
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
        run_folder.check_may_be_written(self.folder, self.options.resume, self.options.overwrite)

    def __exit__(self, *_: object) -> None:
        self._context.close()

    def _restore_handlers(self) -> None:
        for number, handler in self._previous_handlers.items():
            signal.signal(number, handler)

    def _request_stop(self, number: int, _: object) -> None:
        self._signal = number
        self._stopping = True
        # A second Ctrl-C need not be patient: what is on disk is whole at any moment.
        signal.signal(number, self._previous_handlers[number])

    def _begin(self) -> None:
        self._stopping = self._signal is not None  # a signal may have come before the first step
        config = self.folder / run_folder.CONFIG
        if self.options.resume:
            checkpoint = self.folder / run_folder.CHECKPOINT
            self._seals[run_folder.CONFIG] = seal(config)
            position, self.history = load_checkpoint(
                checkpoint,
                self._seals[run_folder.CONFIG],
                self.steps_per_epoch,
                self.model,
                self.optimizer,
            )
            self._seals[run_folder.CHECKPOINT] = seal(checkpoint)
            self.epoch, self._seconds = position.epoch, position.seconds
            self._read = self.steps_made
            return
        self._begin_folder()

    def _begin_folder(self) -> None:
        """Replace what the folder holds by a run that begins."""
        run_folder.clear(self.folder)
        self._written(
            write_checked_json,
            run_folder.CONFIG,
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
        self._write_history()
        self._save_checkpoint()
        last = self.history.epochs[-1]
        self._progress.line(
            f"epoch {last.epoch:2}/{self.options.epochs}"
            f"  train loss {readable(last.train_loss)}"
            f"  validation loss {readable(last.validation_loss)}"
            f"{accuracy_part('validation', last.validation_accuracy)}"
            f"  {last.seconds:.2f} s"
        )
        super()._epoch_made()

    def finish(self, test_loss: float, test_accuracy: float) -> None:
        """Keep the final model and the test set's figures, which are measured this once.

        Raises:
            DivergenceError: where the test loss is not finite.
        """
        if not math.isfinite(test_loss):
            raise DivergenceError(f"the test loss is {test_loss}; {self._remedy()}")
        super().finish(test_loss, test_accuracy)
        self._write_history()  # a run that is resumed at its very end has not written it
        self._written(
            write_tensors,
            run_folder.MODEL,
            to_arrays(self.model.state_dict()),
            {"tier": self.tier, "options": self.options.model_dump(mode="json")},
        )
        measured = zip(self.history.losses, self.history.gradient_norms, strict=True)
        self._written(
            write_table,
            run_folder.STEPS,
            run_folder.STEP_COLUMNS,
            (
                (step + 1, step // self.steps_per_epoch + 1, loss, norm)
                for step, (loss, norm) in enumerate(measured)
            ),
        )
        figures = float(test_loss), float(test_accuracy)
        self._written(run_folder.write_result, run_folder.TEST, *figures, self._seals)
        self._progress.line(
            f"test loss {readable(test_loss)}{accuracy_part('test', test_accuracy)}"
            f"  ->  {self.folder}"
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
        remedies = [f"try a smaller --learning-rate than {self.options.learning_rate}"]
        if self.options.weight_decay > 1:
            remedies.append(f"a smaller --weight-decay than {self.options.weight_decay}")
        if self.options.clip_norm is None:
            remedies.append("--clip-norm 1")
        kept = ""
        if (self.folder / run_folder.HISTORY).exists():
            kept = f" (the history so far is in {self.folder})"
        return f"{', '.join(remedies)} or another --initializer{kept}"

    def _write_history(self) -> None:
        self._written(
            write_table,
            run_folder.HISTORY,
            EPOCH_COLUMNS,
            (astuple(epoch) for epoch in self.history.epochs),
        )

    def _save_checkpoint(self) -> None:
        position = run_folder.Position(
            config=self._seals[run_folder.CONFIG],
            epoch=self.epoch,
            seconds=self._seconds,
            epochs=self.history.epochs,
        )
        self._written(
            save_checkpoint,
            run_folder.CHECKPOINT,
            position,
            self.history,
            self.model,
            self.optimizer,
        )

    def _written(self, write: Callable[..., Seal], name: str, *content: Any) -> None:
        """Write a file of the run folder, and remember its seal.

        Raises:
            UserError: where it cannot be written; says whether the run can be continued.
        """
        try:
            self._seals[name] = write(self.folder / name, *content)
        except UserError as error:
            if not (self.folder / run_folder.CHECKPOINT).exists():
                raise
            raise UserError(
                f"{error} (what was written before is whole, and --resume continues from it)"
            ) from None
