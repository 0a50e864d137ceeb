"""Train the three tiers side by side, by their own steps, and look at all that they compute.

An observer gives each model a state to start from, and copies what each step has computed.
Everything that comes out is a NumPy array with a name.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812

from common.configuration import ScheduleName, TorchConfiguration
from common.diagnosis import to_array
from common.examples import targets
from common.randomness import generator
from common.training import EPOCH_COLUMNS, Training
from data.datasets import Dataset, Split
from tiers import TIERS

Arrays = dict[str, np.ndarray]
Masks = list[Arrays]  # of each step, by the name of the dropout layer


class Case(TorchConfiguration):
    """A training of a network of any sizes on random data: 20 steps, two epochs of 10."""

    batch_size: int = 11
    epochs: int = 2
    dtype: str = "float64"
    schedule: ScheduleName = "constant"
    weight_decay: float = 0.0
    inputs: int = 5
    hidden: tuple[int, ...] = (7, 4)
    classes: int = 3

    def __attrs_post_init__(self) -> None:
        if self.learning_rate is None:
            # Squared errors have gradients of any size; a diverging run magnifies rounding errors.
            rate = 1e-3 if self.loss == "mean-squared-error" else 0.01
            object.__setattr__(self, "learning_rate", rate)
        super().__attrs_post_init__()

    @property
    def outputs(self) -> int:
        return 2 if self.loss == "sigmoid-cross-entropy" else self.classes

    @property
    def dataset(self) -> Dataset:
        """The last minibatch of each epoch is smaller, as in a real data set."""
        rows = 9 * self.batch_size + max(1 + self.batch_norm, self.batch_size // 2)
        return Dataset(
            "random", self._split(rows, 1), self._split(13, 2), self._split(17, 3), self.outputs
        )

    def _split(self, rows: int, part: int) -> Split:
        rng = generator(self.seed, 99, part)
        images = rng.normal(size=(rows, self.inputs)).astype(self.dtype)
        if self.outputs == 0:  # regression
            return Split(images, rng.normal(size=rows).astype(self.dtype))
        return Split(images, rng.integers(self.outputs, size=rows))

    def compared(self, labels: np.ndarray) -> np.ndarray:
        """The targets of this case's loss."""
        return targets(labels, self.loss, self.outputs, self.dtype)

    def random_state(self) -> Arrays:
        """A state in which nothing is 0 or 1 by construction, as in the middle of a training."""
        rng = generator(self.seed, 98)
        state = arrays(build("numpy", self).state_dict())
        for name, array in state.items():
            if name.endswith("running_var"):
                state[name] = rng.uniform(0.5, 2, array.shape).astype(array.dtype)
            elif not name.endswith("num_batches_tracked"):
                state[name] = array + rng.normal(0, 0.1, array.shape).astype(array.dtype)
        return state


def build(tier: str, case: Case) -> Any:
    """A tier's model, with the initial weights that its train script starts from."""
    return TIERS[tier].module("train").make_model(case, case.inputs, case.outputs)


def load(model: Any, state: Mapping[str, np.ndarray]) -> None:
    """Load a state of arrays into any tier's model."""
    if isinstance(model, nn.Module):
        state = {name: torch.tensor(array) for name, array in state.items()}
    model.load_state_dict(state)


def call(model: Any, X: np.ndarray) -> np.ndarray:
    """What any tier's model computes, in evaluation."""
    model.eval()
    first = next(iter(model.state_dict().values()))
    return to_array(model.forward(first.new_tensor(X) if torch.is_tensor(first) else X))


def loss_and_gradient(
    tier: str, loss: str, logits: np.ndarray, expected: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """A tier's loss, and its gradient with respect to the logits."""
    function = TIERS[tier].module("train").LOSSES[loss]
    if tier == "numpy":
        value, grad_logits = function(logits, expected)
        return np.array(value), grad_logits
    leaf = torch.tensor(logits, requires_grad=True)
    value = function(leaf, torch.tensor(expected))
    value.backward()
    return to_array(value), to_array(leaf.grad)


class Observer:
    """Trains a tier, and copies what each step computes.

    Args:
        state: what the model starts from; None for its own initial weights.
        masks: of dropout, for tiers 1 and 2; None lets them draw. (Tier 3's are those that
            nn.Dropout draws, and are kept in `masks`.)

    Attributes:
        seen: (when, arrays by name): at the start, at each step, at the end.
    """

    def __init__(
        self, tier: str, case: Case, state: Arrays | None = None, masks: Masks | None = None
    ) -> None:
        self.masks: Masks = masks or []
        self.step = 0
        self.logits = np.empty(0)
        model = build(tier, case)
        if state is not None:
            load(model, state)
        self.seen = [("start", prefixed("", model.state_dict()))]
        self.watch(model)
        steps = TIERS[tier].train_steps(case, case.dataset, model=model, pause_before_update=True)
        for training in steps:
            seen = self.before_update(training)
            next(steps)
            self.step += 1
            seen |= prefixed("clipped gradient", training.gradients)
            if tier != "paper":
                seen["learning rate"] = np.array(training.optimizer.learning_rate)
            self.seen.append((f"step {self.step}", seen))
        self.end(training)

    def watch(self, model: Any) -> None:
        if isinstance(model, nn.Module):
            model.register_forward_hook(lambda model, X, logits: self.keep_logits(logits))
            for name, layer in model.named_modules():
                if isinstance(layer, nn.Dropout):
                    layer.register_forward_hook(self.mask_keeper(name))
                    layer.register_forward_pre_hook(self.keep_generator)
            return
        forward = model.forward
        model.forward = lambda X: self.keep_logits(forward(X))
        for i, layer in enumerate(model.layers):
            if self.masks and hasattr(layer, "draw_mask"):
                layer.draw_mask = lambda X, name=f"layers.{i}": self.given_mask(name, X)

    def keep_logits(self, logits: Any) -> Any:
        self.logits = to_array(logits).copy()
        return logits

    def given_mask(self, name: str, X: Any) -> Any:
        mask = self.masks[self.step][name]
        return X.new_tensor(mask) if torch.is_tensor(X) else mask

    def keep_generator(self, layer: nn.Module, inputs: tuple) -> None:
        on_gpu = inputs[0].is_cuda
        self.generator_state = (torch.cuda if on_gpu else torch).get_rng_state()

    def mask_keeper(self, name: str) -> Any:
        def keep(layer: nn.Dropout, inputs: tuple, output: torch.Tensor) -> None:
            """A dropout's mask is what the same draw makes of ones."""
            if not layer.training:
                return
            on_gpu = output.is_cuda
            with torch.random.fork_rng(devices=[0] if on_gpu else []):
                (torch.cuda if on_gpu else torch).set_rng_state(self.generator_state)
                mask = F.dropout(torch.ones_like(inputs[0]), layer.p)
            assert torch.equal(output, inputs[0] * mask), f"not the mask that {name} drew"
            while len(self.masks) <= self.step:
                self.masks.append({})
            self.masks[self.step][name] = to_array(mask)

        return keep

    def before_update(self, training: Training) -> Arrays:
        history = training.history
        seen = {"logits": self.logits, "loss": np.array(training.loss)}
        if predictions_count(training):
            seen["right"] = np.array(history.right[-1])
        seen |= prefixed("gradient", training.gradients)
        if training.configuration.clip_norm:
            seen["norm"] = np.array(history.gradient_norms[-1])
        if isinstance(training.model, nn.Module):  # whose schedule goes on with the update
            seen["learning rate"] = np.array(training.optimizer.optimizer.param_groups[0]["lr"])
        return seen

    def end(self, training: Training) -> None:
        test = {"logits": self.logits, "test loss": np.array(training.history.test_loss)}
        state = prefixed("", training.model.state_dict())
        state |= prefixed("", training.optimizer.state_dict())
        self.seen.append(("end", state | test))
        table = {
            name: np.array([getattr(epoch, name) for epoch in training.history.epochs])
            for name in EPOCH_COLUMNS
            if name not in ("seconds", "gradient_norm")
            and (predictions_count(training) or not name.endswith("accuracy"))
        }
        self.seen.append(("history", table))


def predictions_count(training: Training) -> bool:
    """Of zero weights all logits are equal, and rounding decides which is the largest.

    In regression no prediction is right or wrong.
    """
    return training.configuration.initializer != "zeros" and training.examples.classes > 0


def arrays(values: Mapping[str, Any]) -> Arrays:
    """Copies, since the tiers go on to change theirs."""
    return {name: to_array(value).copy() for name, value in values.items()}


def prefixed(prefix: str, values: Mapping[str, Any]) -> Arrays:
    """Copies under "prefix name"."""
    return {f"{prefix} {name}".strip(): array for name, array in arrays(values).items()}


def train_all(
    case: Case, device: str = "cpu", state: Arrays | None = None
) -> Iterator[tuple[str, dict[str, Arrays]]]:
    """Train the tiers on the same minibatches, with nn.Dropout's masks.

    Yields (when, {tier: all arrays that it computed}): the start, each step, the end, the history.
    """
    case = case.replace(device=device)
    observers = {"paper": Observer("paper", case, state)}
    for name in ("numpy", "lowlevel"):
        observers[name] = Observer(name, case, state, observers["paper"].masks)
    for moments in zip(*(observers[name].seen for name in TIERS), strict=True):
        assert len({when for when, _ in moments}) == 1
        yield moments[0][0], dict(zip(TIERS, (seen for _, seen in moments), strict=True))


def differences(actual: Arrays, expected: Arrays) -> dict[str, float]:
    """By name, the largest difference, relative to max(1, the tensor's largest entry)."""
    assert actual.keys() == expected.keys(), f"one alone has {actual.keys() ^ expected.keys()}"
    found = {}
    for name, array in expected.items():
        assert actual[name].shape == array.shape, f"{name}: {actual[name].shape}, {array.shape}"
        assert np.isfinite(array).all(), f"{name} is not finite"
        scale = max(1.0, np.abs(array).max())
        difference = np.abs(actual[name].astype(float) - array.astype(float)).max()
        found[name] = float(np.nan_to_num(difference / scale, nan=np.inf))
    return found
