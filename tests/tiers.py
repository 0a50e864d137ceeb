"""The three tiers behind one interface, so that a test is written once and runs over all.

Each tier here is made of the pieces of its train script and takes its steps in the script's order;
everything that goes in or comes out is a NumPy array with a name.
"""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, ClassVar

import mlp_lowlevel
import mlp_numpy
import numpy as np
import optimizers_lowlevel
import optimizers_numpy
import torch
import train_lowlevel
import train_numpy
import train_paper
from optimizers_paper import make_optimizer, make_scheduler
from state_paper import ModelState, OptimizerState
from torch import nn
from torch.nn import functional as F  # noqa: N812

from common.configuration import DatasetName, PaperConfiguration, ScheduleName, Width
from common.diagnosis import to_array
from common.randomness import generator
from common.schedules import learning_rate
from common.targets import targets

Arrays = dict[str, np.ndarray]
STEPS = 20


class Case(PaperConfiguration):
    """A training run of a network of any sizes on random data: 20 steps, two epochs of 10."""

    dataset: DatasetName = "xor"  # its 1,000 examples make 10 steps; no image is used
    batch_size: int = 100
    epochs: int = 2
    dtype: str = "float64"
    schedule: ScheduleName = "constant"
    weight_decay: float = 0.0
    inputs: int = 5
    hidden: tuple[Width, ...] = (7, 4)
    classes: int = 3
    rows: int = 11  # of a minibatch

    def __init__(self, **options: Any) -> None:
        # Squared errors have gradients of any size; a diverging run magnifies rounding errors.
        rate = 1e-3 if options.get("loss") == "mean-squared-error" else 0.01
        super().__init__(**{"learning_rate": rate} | options)

    @property
    def layer_sizes(self) -> tuple[int, ...]:
        """All of them different unless a case says otherwise: square layers hide transposes."""
        outputs = 1 if self.loss == "sigmoid-cross-entropy" else self.classes
        return (self.inputs, *self.hidden, outputs)

    def minibatch(self, step: int) -> tuple[np.ndarray, np.ndarray]:
        """Inputs and targets; the last minibatch of each epoch is smaller, as in a real one."""
        rng = generator(self.seed, 99, step)
        rows = self.rows if (step + 1) % self.steps_per_epoch else max(2, self.rows // 2)
        X = rng.normal(size=(rows, self.inputs)).astype(self.dtype)
        classes = 2 if self.loss == "sigmoid-cross-entropy" else self.classes
        labels = rng.integers(classes, size=rows)
        return X, targets(labels, self.loss, classes, self.dtype)

    def random_state(self) -> Arrays:
        """A state in which nothing is 0 or 1 by construction, as in the middle of a training."""
        rng = generator(self.seed, 98)
        state = dict(NumpyTier(self).model.state_dict())
        for name, array in state.items():
            if name.endswith("running_var"):
                state[name] = rng.uniform(0.5, 2, array.shape).astype(array.dtype)
            elif not name.endswith("num_batches_tracked"):
                state[name] = array + rng.normal(0, 0.1, array.shape).astype(array.dtype)
        return state


class NumpyTier:
    """Tier 1."""

    name: ClassVar[str] = "numpy"

    def __init__(self, case: Case, device: str = "cpu") -> None:
        self.case = case
        self.masks: Arrays = {}
        self.model = mlp_numpy.MLP(
            case.layer_sizes,
            case.activation,
            case.initializer,
            case.batch_norm,
            case.dropout,
            case.seed,
            case.dtype,
        )
        self.optimizer = train_numpy.make_optimizer(case, self.model)
        inject_masks(self.model.layers, lambda name, X: self.masks[name])

    def loss(self, logits: np.ndarray, expected: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """A loss of this tier's, and its gradient."""
        loss, grad_logits = train_numpy.LOSSES[self.case.loss](logits, expected)
        return np.array(loss), grad_logits

    def step(self, step: int) -> Arrays:
        """One step of the train script's loop, and all that it computed."""
        X, expected = self.case.minibatch(step)
        logits = self.model.forward(X)
        loss, grad_logits = train_numpy.LOSSES[self.case.loss](logits, expected)
        self.model.backward(grad_logits)
        gradients = self.model.gradients()
        seen = {"logits": logits, "loss": np.array(loss)} | prefixed("gradient", gradients)
        if self.case.clip_norm is not None:
            norm = optimizers_numpy.clip_gradient_norm(gradients, self.case.clip_norm)
            seen |= {"norm": np.array(norm)} | prefixed("clipped gradient", gradients)
        self.optimizer.learning_rate = learning_rate(self.case, step)
        seen["learning rate"] = np.array(self.optimizer.learning_rate)
        self.optimizer.step(gradients)
        return seen

    def state(self) -> Arrays:
        """Parameters, buffers and the optimizer's state."""
        return prefixed("", self.model.state_dict()) | prefixed("", self.optimizer.state_dict())

    def load(self, state: Mapping[str, np.ndarray]) -> None:
        """Load a model's state."""
        self.model.load_state_dict(state)

    def evaluate(self, X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Logits and predictions in evaluation."""
        self.model.eval()
        logits = self.model.forward(X)
        self.model.train()
        return logits, train_numpy.predict(logits)


class TorchTier:
    """What tiers 2 and 3 do in the same way."""

    name: ClassVar[str]
    script: ClassVar[Any]

    def __init__(self, case: Case, device: str = "cpu") -> None:
        self.case = case
        self.device = device
        self.masks: Arrays = {}
        self.make()

    def make(self) -> None:
        """Build model, optimizer and what belongs to them."""
        raise NotImplementedError

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        """The logits."""
        raise NotImplementedError

    def tensor(self, array: np.ndarray) -> torch.Tensor:
        """The array on the tier's device."""
        return torch.tensor(array, device=self.device)

    def loss(self, logits: np.ndarray, expected: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """A loss of this tier's, and its gradient."""
        leaf = self.tensor(logits).requires_grad_()
        loss = self.script.LOSSES[self.case.loss](leaf, self.tensor(expected))
        loss.backward()
        return to_array(loss), to_array(leaf.grad)

    def evaluate(self, X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Logits and predictions in evaluation."""
        self.model.eval()
        with torch.no_grad():
            logits = self.forward(self.tensor(X))
        self.model.train()
        return to_array(logits), to_array(self.script.predict(logits))


class LowlevelTier(TorchTier):
    """Tier 2."""

    name = "lowlevel"
    script = train_lowlevel

    def make(self) -> None:
        case = self.case
        self.model = mlp_lowlevel.MLP(
            case.layer_sizes,
            case.activation,
            case.initializer,
            case.batch_norm,
            case.dropout,
            case.seed,
            getattr(torch, case.dtype),
            self.device,
        )
        self.optimizer = train_lowlevel.make_optimizer(case, self.model)
        inject_masks(self.model.layers, lambda name, X: self.tensor(self.masks[name]))

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        return self.model.forward(X)

    def step(self, step: int) -> Arrays:
        """One step of the train script's loop, and all that it computed."""
        X, expected = map(self.tensor, self.case.minibatch(step))
        logits = self.model.forward(X)
        loss = train_lowlevel.LOSSES[self.case.loss](logits, expected)
        self.model.zero_grad()
        loss.backward()
        gradients = self.model.gradients()
        seen = {"logits": to_array(logits), "loss": to_array(loss)}
        seen |= prefixed("gradient", gradients)
        if self.case.clip_norm is not None:
            norm = optimizers_lowlevel.clip_gradient_norm(gradients.values(), self.case.clip_norm)
            seen |= {"norm": to_array(norm)} | prefixed("clipped gradient", gradients)
        self.optimizer.learning_rate = learning_rate(self.case, step)
        seen["learning rate"] = np.array(self.optimizer.learning_rate)
        self.optimizer.step()
        return seen

    def state(self) -> Arrays:
        """Parameters, buffers and the optimizer's state."""
        return prefixed("", self.model.state_dict()) | prefixed("", self.optimizer.state_dict())

    def load(self, state: Mapping[str, np.ndarray]) -> None:
        """Load a model's state."""
        self.model.load_state_dict(state)


class PaperTier(TorchTier):
    """Tier 3. Its `masks` are those that nn.Dropout drew in the last forward pass."""

    name = "paper"
    script = train_paper

    def make(self) -> None:
        self.model = train_paper.make_model(self.case).to(self.device)
        self.optimizer = make_optimizer(self.case, self.model)
        self.scheduler = make_scheduler(self.case, self.optimizer)
        self.optimizer_state = OptimizerState(self.model, self.optimizer)
        for name, layer in self.model.named_modules():
            if isinstance(layer, nn.Dropout):
                layer.register_forward_pre_hook(self.keep_generator)
                layer.register_forward_hook(partial(self.keep_mask, name))

    def keep_generator(self, *_: Any) -> None:
        """Before a dropout: remember the generator's state."""
        on_gpu = self.device == "cuda"
        self.generator_state = (torch.cuda if on_gpu else torch).get_rng_state()

    def keep_mask(self, name: str, layer: nn.Dropout, inputs: tuple, output: torch.Tensor) -> None:
        """After a dropout: its mask is what the same draw makes of ones."""
        if not layer.training:
            return
        on_gpu = self.device == "cuda"
        with torch.random.fork_rng(devices=[0] if on_gpu else []):
            (torch.cuda if on_gpu else torch).set_rng_state(self.generator_state)
            mask = F.dropout(torch.ones_like(inputs[0]), layer.p)
        assert torch.equal(output, inputs[0] * mask), f"not the mask that {name} drew"
        self.masks[name] = to_array(mask)

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        return self.model(X)

    def step(self, step: int) -> Arrays:
        """One step of the train script's loop, and all that it computed."""
        X, expected = map(self.tensor, self.case.minibatch(step))
        torch.manual_seed(step)
        logits = self.model(X)
        loss = train_paper.LOSSES[self.case.loss](logits, expected)
        self.optimizer.zero_grad()
        loss.backward()
        gradients = {name: p.grad for name, p in self.model.named_parameters()}
        seen = {"logits": to_array(logits), "loss": to_array(loss)}
        seen |= prefixed("gradient", gradients)
        if self.case.clip_norm is not None:
            norm = nn.utils.clip_grad_norm_(self.model.parameters(), self.case.clip_norm)
            seen |= {"norm": to_array(norm)} | prefixed("clipped gradient", gradients)
        seen["learning rate"] = np.array(self.optimizer.param_groups[0]["lr"])
        self.optimizer.step()
        self.scheduler.step()
        return seen

    def state(self) -> Arrays:
        """Parameters, buffers and the optimizer's state."""
        optimizer = self.optimizer_state.state_dict()
        return prefixed("", ModelState(self.model).state_dict()) | prefixed("", optimizer)

    def load(self, state: Mapping[str, np.ndarray]) -> None:
        """Load a model's state."""
        ModelState(self.model).load_state_dict(state)


TIERS = {tier.name: tier for tier in (NumpyTier, LowlevelTier, PaperTier)}


def build(tier: str, case: Case, device: str = "cpu") -> Any:
    """A tier's model and optimizer; tier 1 knows the CPU alone."""
    return TIERS[tier](case, device)


def inject_masks(layers: list[Any], mask: Any) -> None:
    """Make each dropout layer multiply by the mask(its name, X) instead of one it draws."""
    for i, layer in enumerate(layers):
        if hasattr(layer, "draw_mask"):
            layer.draw_mask = partial(mask, f"layers.{i}")


def prefixed(prefix: str, arrays: Mapping[str, Any]) -> Arrays:
    """Copies, since the tiers go on to change theirs, under "prefix name"."""
    return {f"{prefix} {name}".strip(): to_array(array).copy() for name, array in arrays.items()}


def train(
    case: Case, device: str = "cpu", steps: int = STEPS, state: Arrays | None = None
) -> Iterator[tuple[str, dict[str, Arrays]]]:
    """Train the tiers side by side, on the same minibatches and with nn.Dropout's masks.

    Yields (when, {tier: all arrays that it computed}): the start, each step, the end.
    """
    tiers = {name: build(name, case, device) for name in TIERS}
    if state is not None:
        for tier in tiers.values():
            tier.load(state)
    yield "start", {name: tier.state() for name, tier in tiers.items()}
    for step in range(steps):
        seen = {"paper": tiers["paper"].step(step)}
        for name in ("numpy", "lowlevel"):
            tiers[name].masks = tiers["paper"].masks
            seen[name] = tiers[name].step(step)
        yield f"step {step + 1}", seen
    yield "end", {name: tier.state() for name, tier in tiers.items()}
    X, _ = case.minibatch(steps)
    names = ("logits", "predictions")
    yield (
        "evaluation",
        {name: dict(zip(names, t.evaluate(X), strict=True)) for name, t in tiers.items()},
    )


def differences(actual: Arrays, expected: Arrays) -> dict[str, float]:
    """By name, the largest difference, relative to max(1, the tensor's largest entry)."""
    assert actual.keys() == expected.keys(), f"one alone has {actual.keys() ^ expected.keys()}"
    found = {}
    for name, array in expected.items():
        assert actual[name].shape == array.shape, f"{name}: {actual[name].shape}, {array.shape}"
        assert np.isfinite(array).all(), f"{name} is not finite"
        scale = max(1.0, np.abs(array).max())
        found[name] = float(np.nan_to_num(np.abs(actual[name] - array).max() / scale, nan=np.inf))
    return found
