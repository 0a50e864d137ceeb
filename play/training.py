"""Trainings that the page drives: the tiers' own `train`, which stands still between two steps.

A tier's `train` keeps its loop to itself. So it runs in a thread of its own, and its recorder
holds that thread at the door of each step until the page asks for more: nothing is computed that
nobody asked for. Several tiers take the same steps in turns.
"""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np

from common.diagnosis import to_array
from common.recorder import DivergenceError, Recorder, Stopped
from common.schedules import scheduled_learning_rate
from data.datasets import Dataset
from data.errors import UserError
from play.limits import Setup
from play.plane import extent, make_dataset
from tiers import TIERS, Tier

# Dropout's masks come from torch's one generator, which a training seeds before each step: nobody
# else may draw in between.
TORCH_RNG_LOCK = threading.Lock()

# The masks of tier 2 are tier 1's, too, where both train: so tier 2 goes first.
ORDER = ("lowlevel", "paper", "numpy")

TORCH_REMEDY = 'Tiers 2 and 3 need torch: python -m pip install --editable ".[torch]".'


class HeldRecorder(Recorder):
    """Holds its training before the first step, after each step, and after each validation.

    Args:
        hold: called there; returns when the training may go on, or raises Stopped.

    Attributes:
        before_update: called with this recorder when a step's gradients are there.
    """

    def __init__(self, hold: Callable[[], None]) -> None:
        super().__init__()
        self.hold = hold
        self.before_update: Callable[[HeldRecorder], None] | None = None

    @property
    def indices(self) -> Any:
        """Which training points are in the minibatch that runs."""
        return self._indices

    def _begin(self) -> None:
        super()._begin()
        self.hold()

    def record_step(self, loss: Any, right: Any, gradient_norm: Any = None) -> None:
        super().record_step(loss, right, gradient_norm)
        if self.before_update is not None:
            self.before_update(self)

    def _step_made(self) -> None:
        super()._step_made()
        if self.steps_made % self.steps_per_epoch:  # else the validation comes first
            self.hold()
            self.model.train()  # the page has evaluated it

    def _epoch_made(self) -> None:
        super()._epoch_made()
        if self.epoch <= self.configuration.epochs:
            self.hold()

    def _remedy(self) -> str:
        rate = self.configuration.peak_learning_rate
        return f"try a learning rate below {rate:g}, clipping at 1, or other initial weights"


class Trainee:
    """One tier's `train` in a thread that moves only when it is asked to.

    Args:
        train: the tier's.
        setup, dataset: what it trains, on what.

    Raises:
        UserError: as `train` does.

    Attributes:
        recorder: holds model, optimizer and history, which may be read while the thread is held.
        done: the training has come to its end.
    """

    def __init__(self, train: Callable[..., Any], setup: Setup, dataset: Dataset) -> None:
        self.recorder = HeldRecorder(self._hold)
        self.done = False
        self._error: Exception | None = None
        self._ending = False
        self._go, self._held = threading.Semaphore(0), threading.Semaphore(0)
        self._thread = threading.Thread(
            target=self._run, args=(train, setup, dataset), name="training", daemon=True
        )
        self._thread.start()
        self._wait()

    @property
    def model(self) -> Any:
        """The tier's model."""
        return self.recorder.model

    def _run(self, train: Callable[..., Any], setup: Setup, dataset: Dataset) -> None:
        try:
            with suppress(Stopped):
                train(setup, dataset, self.recorder)
        except Exception as error:
            self._error = error
        finally:
            self.done = True
            self._held.release()

    def _hold(self) -> None:
        self._held.release()
        self._go.acquire()
        if self._ending:
            raise Stopped

    def _wait(self) -> None:
        self._held.acquire()
        if self._error is not None:
            raise self._error

    def step(self) -> None:
        """Train one minibatch, with the validation that follows it at the end of an epoch.

        Raises:
            DivergenceError: as `train` does.
        """
        if not self.done:
            self._go.release()
            self._wait()

    def end(self) -> None:
        """End the thread, wherever it is held, and let go of the model."""
        self._ending = True
        self._go.release()
        self._thread.join()
        del self.recorder  # which holds this trainee: so both are freed at once


class Training:
    """One tier's training, or those of all three in lockstep.

    Attributes:
        setup, dataset: what is trained, on what.
        extent: how far the plane that is drawn reaches.
        trainees: by the names of the tiers.
        step: minibatches trained.
        rate_changed_at: the step after which the learning rate was last changed; 0 if it was not.
        state: "ready", "finished" or "diverged", and then `message` says where and what to do.
        drift: of each step and tier, the largest difference of any parameter from tier 1's.

    Raises:
        UserError: where the set-up is impossible, or asks for torch and there is none.
    """

    def __init__(self, setup: Setup) -> None:
        self.setup = setup.trained.model_copy()
        self.dataset = make_dataset(self.setup)
        self.extent = extent(self.setup, self.dataset)
        self.trainees: dict[str, Trainee] = {}
        self.step = self.rate_changed_at = 0
        self.state = "ready"
        self.message: str | None = None
        try:
            for name in setup.tiers:
                self.trainees[name] = self._begin(TIERS[name])
        except BaseException:
            self.end()
            raise
        others = [name for name in setup.tiers if name != "numpy"] if len(setup.tiers) > 1 else []
        self.drift: dict[str, list[float]] = {name: [] for name in others}
        if others:
            self._share_masks()

    def _begin(self, tier: Tier) -> Trainee:
        try:
            train = tier.train
        except ModuleNotFoundError as error:
            if error.name != "torch":
                raise
            raise UserError(TORCH_REMEDY) from None
        with TORCH_RNG_LOCK:  # tier 3 draws weights from torch's generator, and replaces them
            return Trainee(train, self.setup, self.dataset)

    @property
    def steps_per_epoch(self) -> int:
        """Minibatches in an epoch."""
        return self.setup.steps_per_epoch(len(self.dataset.train))

    @property
    def total_steps(self) -> int:
        """Minibatches of the whole training."""
        return self.steps_per_epoch * self.setup.epochs

    @property
    def learning_rate(self) -> float:
        """Of the next step."""
        step = min(self.step, self.total_steps - 1)
        return scheduled_learning_rate(self.setup, step, self.steps_per_epoch)

    def shown(self, name: str | None) -> str:
        """The tier of this name, if it trains; else the first."""
        return name if name in self.trainees else next(iter(self.trainees))

    def advance(self, until: int, seconds: float) -> None:
        """Train to step `until`, or as far as the time reaches."""
        deadline = time.perf_counter() + seconds
        while self.state == "ready" and self.step < until and time.perf_counter() < deadline:
            self.train_minibatch()

    def train_minibatch(self) -> None:
        """All tiers train the next minibatch; a divergence ends the training in words."""
        if self.state != "ready":
            return
        with TORCH_RNG_LOCK:
            for name in (name for name in ORDER if name in self.trainees):
                try:
                    self.trainees[name].step()
                except DivergenceError as error:
                    self.state, self.message = "diverged", f"{TIERS[name].title}: {error}"
                    return
        self.step += 1
        for name, drift in self.drift.items():
            drift.append(self._difference(name))
        if all(trainee.done for trainee in self.trainees.values()):
            self.state = "finished"

    def _difference(self, name: str) -> float:
        first = self.trainees["numpy"].model.parameters()
        other = self.trainees[name].model.state_dict()
        with np.errstate(invalid="ignore"):  # of one that diverges, which the next step tells
            return max(
                float(np.abs(to_array(other[key]).astype(float) - array).max())
                for key, array in first.items()
            )

    def _share_masks(self) -> None:
        """Have tier 1 take the masks that tier 2 drew, which are those of tier 3.

        With masks of their own the tiers would differ by far more than rounding.
        """
        masks: dict[int, np.ndarray] = {}

        def share(number: int, drawn: Callable[[Any], Any]) -> tuple[Callable, Callable]:
            def draw(X: Any) -> Any:
                mask = drawn(X)
                masks[number] = to_array(mask)
                return mask

            return draw, lambda X: masks[number]

        models = (self.trainees[name].model for name in ("lowlevel", "numpy"))
        layers = zip(*(model.layers for model in models), strict=True)
        for number, (second, first) in enumerate(layers):
            if hasattr(second, "draw_mask"):
                second.draw_mask, first.draw_mask = share(number, second.draw_mask)

    def change_learning_rate(self, rate: float) -> None:
        """Go on with another learning rate, from the same weights.

        Raises:
            UserError: outside its limits.
        """
        factor = rate / self.setup.peak_learning_rate
        self.setup.change_learning_rate(rate)
        self.rate_changed_at = self.step
        for trainee in self.trainees.values():
            if trainee.recorder.scheduler is not None:
                _scale(trainee.recorder.scheduler, factor)

    def end(self) -> None:
        """End the threads."""
        for trainee in self.trainees.values():
            trainee.end()


def _scale(scheduler: Any, factor: float) -> None:
    """Multiply the rates of PyTorch's scheduler, which keeps them in its optimizer's groups.

    Every schedule is the peak times a function of the step; most compute a rate from the last.
    """
    for group in scheduler.optimizer.param_groups:
        for rate in {"lr", "initial_lr", "max_lr", "min_lr"} & group.keys():
            group[rate] *= factor
    for rates in ("base_lrs", "_last_lr"):
        setattr(scheduler, rates, [rate * factor for rate in getattr(scheduler, rates)])
