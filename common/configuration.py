"""What a training computes: one typed class of all choices but the data."""

import math
from typing import Literal

from common.options import Options, option
from data.errors import UserError

Activation = Literal["identity", "relu", "sigmoid", "tanh", "softsign"]
Initializer = Literal[
    "lecun-normal", "xavier-normal", "he-normal", "standard-uniform", "xavier-uniform", "zeros"
]
Loss = Literal["softmax-cross-entropy", "sigmoid-cross-entropy", "mean-squared-error"]
OptimizerName = Literal["sgd", "adam", "adamw"]
ScheduleName = Literal[
    "constant", "step", "exponential", "cosine", "warmup-cosine", "warmup-linear", "one-cycle"
]
# Adam's steps have the size of the learning rate, whatever the gradient's; sgd's are a share of it.
LEARNING_RATES = {"sgd": 0.05, "adam": 0.001, "adamw": 0.001}
MAX_WIDTH = 1_000_000  # of a layer


class Configuration(Options):
    """Every choice that decides what a training computes."""

    hidden: tuple[int, ...] = option((256, 128), ge=1, le=MAX_WIDTH)
    """widths of the hidden layers"""
    activation: Activation = option("relu")
    """activation of the hidden layers"""
    initializer: Initializer = option("he-normal")
    """distribution of the first weights"""
    batch_norm: bool = option(False)
    """batch normalization before each hidden activation"""
    dropout: float = option(0.0, ge=0, lt=1)
    """probability of dropping a hidden activation in training"""
    loss: Loss = option("softmax-cross-entropy")
    """loss, from the logits"""
    epochs: int = option(10, ge=1, le=100_000)
    """passes over the training set"""
    batch_size: int = option(128, ge=1, le=1_000_000)
    """examples in a minibatch"""
    optimizer: OptimizerName = option("sgd")
    """update rule"""
    learning_rate: float | None = option(None, gt=0, le=1000)
    """learning rate, or a schedule's peak (if None: 0.05 for sgd, else 0.001)"""
    momentum: float = option(0.9, ge=0, lt=1)
    """momentum of sgd"""
    nesterov: bool = option(False)
    """Nesterov's momentum for sgd"""
    weight_decay: float = option(5e-4, ge=0, le=1000)
    """on weights only; adds to the gradient in sgd and adam, decoupled in adamw"""
    clip_norm: float | None = option(None, gt=0, lt=math.inf)
    """largest global norm of the gradient; longer ones are scaled down to it"""
    schedule: ScheduleName = option("one-cycle")
    """course of the learning rate"""
    warmup: float = option(0.3, ge=0, lt=1)
    """share of all steps that warm-up and one-cycle rise"""
    decay_factor: float = option(0.5, gt=0, le=1)
    """factor of the step and exponential schedules"""
    decay_epochs: int = option(1, ge=1, le=100_000)
    """epochs between two decays of the step schedule"""
    seed: int = option(0, ge=0, lt=2**32)
    """of initial weights, minibatches, dropout"""
    dtype: Literal["float32", "float64"] = option("float32")
    """precision"""

    def __attrs_post_init__(self) -> None:
        if self.learning_rate is None:  # frozen, a class can choose a value in no other way
            object.__setattr__(self, "learning_rate", LEARNING_RATES[self.optimizer])
        if self.batch_norm and not self.hidden:
            raise UserError("--batch-norm without a hidden layer: give --hidden at least one width")
        if self.dropout and not self.hidden:
            raise UserError(
                f"--dropout {self.dropout} without a hidden layer: give --hidden at least one width"
            )
        if self.nesterov and (self.optimizer != "sgd" or self.momentum == 0):
            raise UserError(
                f"--nesterov with --optimizer {self.optimizer} --momentum {self.momentum}: it is a"
                " form of sgd's momentum; use --optimizer sgd with a momentum above 0"
            )

    def check_data(self, name: str, examples: int, classes: int) -> None:
        """Check what must fit together of these options and a data set.

        Args:
            name: of the data set, for the message.
            examples: number of training examples.
            classes: number of classes, 0 in regression.

        Raises:
            UserError: names the option, its value, the allowed range and the fix.
        """
        if self.batch_size > examples:
            raise UserError(
                f"--batch-size {self.batch_size}: {name} has {examples:,} training"
                f" examples; choose a batch size from 1 to {examples}"
            )
        if self.batch_norm and 1 in (self.batch_size, examples % self.batch_size):
            raise UserError(
                f"--batch-norm with --batch-size {self.batch_size}: {name}'s"
                f" {examples:,} examples leave a minibatch of one, which has no variance;"
                " choose another batch size"
            )
        if classes == 0 and self.loss != "mean-squared-error":
            raise UserError(
                f"--loss {self.loss}: tells classes apart, and {name}'s labels are real numbers;"
                " use --loss mean-squared-error"
            )
        if self.loss == "sigmoid-cross-entropy" and classes != 2:
            raise UserError(
                f"--loss sigmoid-cross-entropy: tells 2 classes apart, {name} has"
                f" {classes}; use softmax-cross-entropy, or --dataset xor, moons, circles or spiral"
            )
        total_steps = self.steps_per_epoch(examples) * self.epochs
        if self.schedule == "one-cycle" and self.warmup * total_steps == 1:
            raise UserError(
                f"--schedule one-cycle --warmup {self.warmup}: the rise would be 1 of"
                f" {total_steps:,} steps, and it needs two to have a start and a peak; choose a"
                " --warmup a little larger or smaller"
            )

    @property
    def peak_learning_rate(self) -> float:
        """`learning_rate`, which is None only until the optimizer's default has been chosen."""
        assert self.learning_rate is not None
        return self.learning_rate

    def layer_sizes(self, inputs: int, classes: int) -> tuple[int, ...]:
        """(inputs, hidden widths ..., outputs).

        One output for the sigmoid cross-entropy, and for regression, whose `classes` is 0.
        """
        outputs = 1 if self.loss == "sigmoid-cross-entropy" or classes == 0 else classes
        return (inputs, *self.hidden, outputs)

    def steps_per_epoch(self, examples: int) -> int:
        """Minibatches in one epoch of so many training examples, a smaller last one included."""
        return math.ceil(examples / self.batch_size)


class TorchConfiguration(Configuration):
    """The options of tiers 2 and 3, which can compute on a GPU."""

    device: Literal["auto", "cpu", "cuda"] = option("auto")
    """where to compute; auto takes CUDA where there is a GPU"""
