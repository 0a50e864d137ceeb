"""A training, as whoever stands in its loop sees it: where it is, and what it has measured.

A tier's `train_steps` is a generator that is the training. It yields a `Training`, always the same
one, after each update:

    for training in train_steps(configuration, dataset):
        print(training.step, training.loss, training.model.gradients())
        if training.loss < 0.1:
            break

After the last update of an epoch the validation comes first, and after the last of all the test
set: their figures are in the history by then.
"""

import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import numpy as np

from common.configuration import Configuration
from common.diagnosis import first_non_finite, to_array
from common.examples import Examples
from common.schedules import scheduled_learning_rate
from data.errors import UserError

Indices = TypeVar("Indices")
P = ParamSpec("P")


class DivergenceError(UserError):
    """The loss, the gradient or a parameter is no longer finite.

    Attributes:
        cause: what is not finite, and where.
    """

    def __init__(self, cause: str, remedy: str = "") -> None:
        super().__init__(f"{cause}; {remedy}" if remedy else cause)
        self.cause = cause


class StateMismatch(UserError):  # noqa: N818 - names what is wrong with a state
    """A state to resume from does not belong to this model or optimizer."""


@dataclass(frozen=True)
class Epoch:
    """What one epoch measured: means over its training examples, and the validation examples.

    The accuracies are NaN in regression.
    """

    epoch: int
    train_loss: float
    train_accuracy: float
    validation_loss: float
    validation_accuracy: float
    learning_rate: float  # of the epoch's last step
    gradient_norm: float  # mean over the steps, before clipping; NaN without clipping
    seconds: float  # of the epoch's steps, validation apart


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

    def copy(self) -> "History":
        """One that does not change when this one grows."""
        lists = {name: list(getattr(self, name)) for name in _LISTS}
        return replace(self, **lists)


_LISTS = ("epochs", "losses", "gradient_norms", "right")


@dataclass(frozen=True)
class TrainingState:
    """All that a training needs to go on as if it had never stopped.

    The order of the minibatches, the random numbers and the learning rates are functions of the
    step, and need not be kept.

    Attributes:
        history: so far.
        seconds: what the steps of the epoch that runs took.
        model, optimizer: their states, as arrays by name.
    """

    history: History
    seconds: float
    model: dict[str, np.ndarray]
    optimizer: dict[str, np.ndarray]


class Training:
    """One training.

    Args:
        configuration: what is computed.
        examples: those that the minibatches index.
        model: has `outputs`, `gradients`, `state_dict` and `load_state_dict`.
        optimizer: has a `state_dict` of arrays, and `load_state_dict`.
        resume_from: the state in which another training was stopped.

    Attributes:
        model, optimizer: between two steps they may be looked at, and changed.
        history: what has been measured.
        steps_per_epoch: minibatches in an epoch.
        indices: which examples are in the last minibatch.
        stop_requested: set it where several processes train together, and leave the loop once
            `should_stop` is true: then all of them leave it after the same step.

    Raises:
        StateMismatch: where the state to resume from is of another network, optimizer or dtype.
    """

    def __init__(
        self,
        configuration: Configuration,
        examples: Examples,
        model: Any,
        optimizer: Any,
        resume_from: TrainingState | None = None,
    ) -> None:
        self.configuration, self.examples = configuration, examples
        self.model, self.optimizer = model, optimizer
        self.steps_per_epoch = configuration.steps_per_epoch(len(examples))
        self.history = History()
        self.indices: Any = None
        self.stop_requested = False
        self._seconds = 0.0  # what the steps of this epoch took before the clock was started
        self._started = time.perf_counter()
        if resume_from is not None:
            self._resume(resume_from)
        self._read = self.step  # so many steps of the history are plain numbers

    def _resume(self, state: TrainingState) -> None:
        for owner, arrays in ((self.model, state.model), (self.optimizer, state.optimizer)):
            expected = owner.state_dict()
            check_state(arrays, to_arrays(expected))
            owner.load_state_dict(
                {name: _like(tensor, arrays[name]) for name, tensor in expected.items()}
            )
        if state.optimizer["step"] != len(state.history.losses):
            raise StateMismatch("the optimizer has made another number of steps")
        self.history, self._seconds = state.history.copy(), state.seconds
        if len(self.history.epochs) == self.configuration.epochs:
            # Nothing is left to train: the last epoch is validated again, and the test comes.
            self._seconds = self.history.epochs.pop().seconds

    @property
    def step(self) -> int:
        """Minibatches of the whole training so far."""
        return len(self.history.losses)

    @property
    def epoch(self) -> int:
        """The one that the last minibatch belongs to, from 1."""
        return max(self.step - 1, 0) // self.steps_per_epoch + 1

    @property
    def loss(self) -> float:
        """The mean loss of the last minibatch, before its update."""
        self._read_steps()
        return self.history.losses[-1]

    @property
    def gradients(self) -> dict[str, Any]:
        """∂L/∂parameter of the last minibatch, by name; after the update they are clipped."""
        return self.model.gradients()

    @property
    def learning_rate(self) -> float:
        """That of the last minibatch's update."""
        return scheduled_learning_rate(self.configuration, self.step - 1, self.steps_per_epoch)

    @property
    def epoch_is_over(self) -> bool:
        """Whether the last minibatch was the last of its epoch."""
        return self.step % self.steps_per_epoch == 0

    @property
    def is_over(self) -> bool:
        """Whether it was the last of the training."""
        return self.step == self.steps_per_epoch * self.configuration.epochs

    @property
    def should_stop(self) -> bool:
        """Whether one of the processes that train together has requested a stop."""
        return self.stop_requested

    def state(self) -> TrainingState:
        """A copy of all that another `train_steps` needs to go on from here.

        Raises:
            DivergenceError: where a parameter is not finite.
        """
        self._read_steps()
        self._check_parameters()
        seconds = 0.0 if self.epoch_is_over else self._seconds_so_far()
        model, optimizer = (
            {name: array.copy() for name, array in to_arrays(owner.state_dict()).items()}
            for owner in (self.model, self.optimizer)
        )
        return TrainingState(self.history.copy(), seconds, model, optimizer)

    # What the tiers' loops call.

    def epochs(self) -> Iterator[int]:
        """The epochs that are left, counted from 1."""
        yield from range(len(self.history.epochs) + 1, self.configuration.epochs + 1)

    def steps(self, minibatches: Iterable[Indices]) -> Iterator[tuple[int, Indices]]:
        """Pairs (step of the whole training, from 0; minibatch) of an epoch.

        Those that a resumed training has behind it are passed over.
        """
        first = len(self.history.epochs) * self.steps_per_epoch
        self._started = time.perf_counter()
        for step, self.indices in enumerate(minibatches, start=first):
            if step >= self.step:
                yield step, self.indices
        self._read_steps()
        self._seconds = self._seconds_so_far()

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
            raise self._divergence(
                f"the validation loss is {validation_loss} after epoch {self.epoch}, step"
                f" {self.steps_per_epoch} ({first_non_finite(self.model.state_dict(), (), {})})"
            )
        self._check_parameters()
        sizes = np.full(self.steps_per_epoch, self.configuration.batch_size)
        sizes[-1] = len(self.examples) - sizes[:-1].sum()
        of_epoch = slice(self.step - self.steps_per_epoch, None)
        self.history.epochs.append(
            Epoch(
                epoch=self.epoch,
                train_loss=float(np.array(self.history.losses[of_epoch]) @ sizes / sizes.sum()),
                train_accuracy=self.examples.accuracy(sum(self.history.right[of_epoch])),
                validation_loss=float(validation_loss),
                validation_accuracy=float(validation_accuracy),
                learning_rate=self.learning_rate,
                gradient_norm=float(np.mean(self.history.gradient_norms[of_epoch])),
                seconds=self._seconds,
            )
        )
        self._seconds = 0.0

    def finish(self, test_loss: float, test_accuracy: float) -> None:
        """Record the test set's figures, which are measured this once.

        Raises:
            DivergenceError: where the test loss is not finite.
        """
        if not math.isfinite(test_loss):
            raise self._divergence(f"the test loss is {test_loss}")
        self.history.test_loss = float(test_loss)
        self.history.test_accuracy = float(test_accuracy)

    def _seconds_so_far(self) -> float:
        return self._seconds + time.perf_counter() - self._started

    def _divergence(self, cause: str) -> DivergenceError:
        return DivergenceError(
            cause,
            f"try a learning_rate smaller than {self.configuration.learning_rate}, clip_norm=1 or"
            " another initializer",
        )

    def _read_steps(self) -> None:
        """Make plain numbers of what was recorded since the last reading, and check them."""
        history = self.history
        for index in range(self._read, self.step):
            history.losses[index] = float(history.losses[index])
            history.gradient_norms[index] = float(history.gradient_norms[index])
            history.right[index] = int(history.right[index])
            self._check_step(index)
        self._read = self.step

    def _check_step(self, index: int) -> None:
        loss, norm = self.history.losses[index], self.history.gradient_norms[index]
        clipped = self.configuration.clip_norm is not None
        if math.isfinite(loss) and (math.isfinite(norm) or not clipped):
            return
        what = f"the loss is {loss}"
        if math.isfinite(loss):
            what = f"the norm of the gradient is {norm}"
        epoch, step = divmod(index, self.steps_per_epoch)
        raise self._divergence(
            f"{what} at epoch {epoch + 1}, step {step + 1} ({self._find_cause()})"
        )

    def _find_cause(self) -> str:
        """Where in this step a number that is not finite first appeared."""
        if getattr(self.examples.images, "is_cuda", False):
            return "rerun with --device cpu to learn in which layer"
        gradients = self.model.gradients()
        state = self.model.state_dict()
        outputs = self.model.outputs(self.examples.images[self.indices])
        return first_non_finite({name: state[name] for name in gradients}, outputs, gradients)

    def _check_parameters(self) -> None:
        # No step after the last update has looked at it: a unit that is off hides infinity.
        for name, parameter in self.model.state_dict().items():
            if not np.isfinite(to_array(parameter)).all():
                epoch, step = divmod(self.step - 1, self.steps_per_epoch)
                raise self._divergence(
                    f"{name} is not finite after epoch {epoch + 1}, step {step + 1}"
                )


def ignore_overflow(steps: Callable[P, Iterator[Training]]) -> Callable[P, Iterator[Training]]:
    """np.errstate for a generator: it holds while the training computes, not while its caller does.

    NumPy then does not warn of a divergence, which a DivergenceError reports.
    """

    @wraps(steps)
    def quiet_steps(*args: P.args, **options: P.kwargs) -> Iterator[Training]:
        running = steps(*args, **options)
        while True:
            with np.errstate(over="ignore", invalid="ignore"):
                training = next(running, None)
            if training is None:
                return
            yield training

    return quiet_steps


def check_state(state: Mapping[str, np.ndarray], expected: Mapping[str, np.ndarray]) -> None:
    """Make sure that these arrays can be the state of a model or an optimizer.

    Raises:
        StateMismatch: names the first array that is missing, unexpected, of another shape or type.
    """
    for name in sorted(state.keys() | expected.keys()):
        if name not in state or name not in expected:
            what = "has no" if name not in state else "has an unexpected"
            raise StateMismatch(f"it {what} tensor {name}")
    for name, array in expected.items():
        found = state[name]
        if (found.shape, found.dtype) != (array.shape, array.dtype):
            raise StateMismatch(
                f"{name} is {found.dtype} of shape {found.shape} instead of"
                f" {array.dtype} of shape {array.shape}"
            )


def to_arrays(state: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """A state dictionary as NumPy arrays, wherever its tensors lie."""
    return {name: to_array(tensor) for name, tensor in state.items()}


def _like(tensor: Any, array: np.ndarray) -> Any:
    """The array as what the tensor is: itself, or a torch tensor on the same device."""
    return tensor.new_tensor(array) if hasattr(tensor, "new_tensor") else array
