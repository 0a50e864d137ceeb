"""Trainings that the page drives: the tiers' own `train_steps`, one step at a time.

Between two steps a generator stands still until the page asks for more: nothing is computed that
nobody asked for. Several tiers take the same steps in turns.
"""

import threading
import time
from typing import Any

import numpy as np

from common.diagnosis import to_array
from common.randomness import DROPOUT, generator
from common.schedules import scheduled_learning_rate
from common.training import DivergenceError, History, Training
from data.datasets import Dataset
from layers_numpy import Dropout
from play.limits import Point, Setup
from play.plane import INPUTS, extent, make_dataset
from tiers import TIERS, Tier

# Dropout's masks come from torch's one generator, which a training seeds before each step: nobody
# else may draw in between.
TORCH_RNG_LOCK = threading.Lock()


class TorchDropout(Dropout):
    """Tier 1's dropout with the masks that tier 2 draws, which are tier 3's, too.

    With masks of its own, tier 1 would differ from the others by far more than rounding.
    """

    def __init__(self, p: float) -> None:
        super().__init__(p)
        self.of_tier_2 = TIERS["lowlevel"].module("layers").Dropout(p)

    def draw_mask(self, X):
        import torch

        return to_array(self.of_tier_2.draw_mask(torch.from_numpy(X)))


class TierTraining:
    """One tier's training, with its model from before the first step on.

    Args:
        tier: whose training.
        setup, dataset: what it trains, on what.
        torch_masks: tier 1 takes the masks of dropout that torch draws.

    Attributes:
        model: the one that is trained.
        training: what `train_steps` has yielded; None before the first step.
    """

    def __init__(
        self, tier: Tier, setup: Setup, dataset: Dataset, torch_masks: bool = False
    ) -> None:
        self.tier, self.setup, self.dataset, self.torch_masks = tier, setup, dataset, torch_masks
        self.model = tier.module("train").make_model(setup, INPUTS, dataset.classes)
        if torch_masks:
            for number, layer in enumerate(self.model.layers):
                if isinstance(layer, Dropout):
                    self.model.layers[number] = TorchDropout(layer.p)
        self.training: Training | None = None
        self._steps = tier.train_steps(setup, dataset, model=self.model)

    @property
    def history(self) -> History:
        """What has been measured so far."""
        return History() if self.training is None else self.training.history

    @property
    def step(self) -> int:
        """Minibatches trained."""
        return len(self.history.losses)

    def train_minibatch(self) -> None:
        """Train one minibatch, with the validation that follows it at the end of an epoch.

        Raises:
            DivergenceError: as `train_steps` does.
        """
        if self.torch_masks:
            self.seed_dropout(self.model, self.step)
        self.training = next(self._steps)

    def seed_dropout(self, model: Any, step: int) -> None:
        """Let the next masks of a model of this tier be those of a step, counted from 0."""
        if self.tier.name == "numpy":
            model.seed_dropout(generator(self.setup.seed, DROPOUT, step))
        if self.tier.name != "numpy" or self.torch_masks:
            from common.distributed.tensors import seed_dropout

            seed_dropout(self.setup.seed, step)

    def change_setup(self, setup: Setup, dataset: Dataset, restart: bool) -> None:
        """Go on with the same weights, another set-up of the same network, and these data.

        Args:
            restart: steps are counted from 0 again, and the optimizer begins anew.

        Raises:
            DivergenceError: where a parameter is not finite.
        """
        state = None if self.training is None else self.training.state()
        if restart:
            self.training = state = None
        self.setup, self.dataset = setup, dataset
        self._steps = self.tier.train_steps(setup, dataset, model=self.model, resume_from=state)


class PageTraining:
    """One tier's training, or those of all three in lockstep.

    Attributes:
        asked: what the page has set.
        setup, dataset: what is trained, on what.
        extent: how far the plane that is drawn reaches.
        tiers: the tiers' trainings, by name.
        step: minibatches trained.
        rate_changed_at: the step after which the learning rate was last changed; 0 if it was not.
        points_changed: whether points have been added or removed since the first step.
        state: "ready", "finished" or "diverged", and then `message` says where and what to do.
        drift: of each step and tier, the largest difference of any parameter from tier 1's.

    Raises:
        UserError: where the set-up is impossible.
    """

    def __init__(self, setup: Setup) -> None:
        self.asked, self.setup = setup, setup.trained
        self.dataset = make_dataset(self.setup)
        self.extent = extent(self.setup, self.dataset)
        self.step = self.rate_changed_at = 0
        self.points_changed = False
        self.state = "ready"
        self.message: str | None = None
        together = len(setup.tiers) > 1
        self.tiers = {
            name: self._begin(TIERS[name], together and name == "numpy") for name in setup.tiers
        }
        others = [name for name in self.tiers if name != "numpy"] if together else []
        self.drift: dict[str, list[float]] = {name: [] for name in others}

    def _begin(self, tier: Tier, torch_masks: bool) -> TierTraining:
        with TORCH_RNG_LOCK:  # tier 3 draws weights from torch's generator, and replaces them
            return TierTraining(tier, self.setup, self.dataset, torch_masks)

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
        return name if name in self.tiers else next(iter(self.tiers))

    def advance(self, until: int, seconds: float) -> None:
        """Train to step `until`, or as far as the time reaches."""
        deadline = time.perf_counter() + seconds
        while self.state == "ready" and self.step < until and time.perf_counter() < deadline:
            self.train_minibatch()

    def train_minibatch(self) -> None:
        """All tiers train the next minibatch; a divergence ends the training in words."""
        with TORCH_RNG_LOCK:
            for tier in self.tiers.values():
                try:
                    tier.train_minibatch()
                except DivergenceError as error:
                    self._diverge(tier, error)
                    return
        self.step += 1
        for name, drift in self.drift.items():
            drift.append(self._difference(name))
        if self.step == self.total_steps:
            self.state = "finished"

    def _diverge(self, tier: TierTraining, error: DivergenceError) -> None:
        self.state = "diverged"
        self.message = (
            f"{tier.tier.title}: {error.cause}; try a learning rate below"
            f" {self.setup.peak_learning_rate:g}, clipping at 1, or other initial weights"
        )

    def _difference(self, name: str) -> float:
        first = self.tiers["numpy"].model.parameters()
        other = self.tiers[name].model.state_dict()
        with np.errstate(invalid="ignore"):  # of one that diverges, which the next step reports
            return max(
                float(np.abs(to_array(other[key]).astype(float) - array).max())
                for key, array in first.items()
            )

    def change_learning_rate(self, rate: float) -> None:
        """Go on with another learning rate (of a schedule, another peak), from the same weights.

        Raises:
            UserError: outside its limits.
        """
        self._go_on(self.asked.replace(learning_rate=rate), self.dataset)
        self.rate_changed_at = self.step

    def change_points(self, points: tuple[Point, ...]) -> None:
        """Go on with these points of the reader's own, from the same weights.

        Where an epoch has another number of minibatches than before, or the last epoch was over,
        steps are counted from 0 again and the optimizer begins anew.

        Raises:
            UserError: where the points are impossible; the training then stays as it was.
        """
        asked = self.asked.replace(points=points)
        dataset = make_dataset(asked.trained)
        self.points_changed = self.points_changed or self.step > 0
        steps_per_epoch = asked.trained.steps_per_epoch(len(dataset.train))
        restart = self.state == "finished" or steps_per_epoch != self.steps_per_epoch
        self._go_on(asked, dataset, restart)
        self.extent = max(self.extent, extent(self.setup, dataset))

    def _go_on(self, asked: Setup, dataset: Dataset, restart: bool = False) -> None:
        self.asked, self.setup, self.dataset = asked, asked.trained, dataset
        if restart:
            self.step = self.rate_changed_at = 0
            self.drift = {name: [] for name in self.drift}
            self.state = "ready"
        for tier in self.tiers.values():
            try:
                tier.change_setup(self.setup, dataset, restart)
            except DivergenceError as error:
                self._diverge(tier, error)
                return
