"""What a training computes: one typed model of all choices but the data.

Limits stand at the fields, so that the command line, a config.json that is read back and a
configuration built in a notebook are all checked by the same lines.
"""

import math
import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticUndefined

from data.errors import UserError, one_line

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
Width = Annotated[int, Field(ge=1, le=1_000_000)]


class Options(BaseModel):
    """Named choices, each with its limits.

    Raises:
        UserError: for a value outside its limits, or two that exclude each other, in one line.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="wrap")
    @classmethod
    def _explain(cls, values: Any, handler: Any) -> "Options":
        try:
            return handler(values)
        except ValidationError as error:
            raise UserError(explain(cls, error)) from None


class Configuration(Options):
    """Every choice that decides what a training computes."""

    hidden: tuple[Width, ...] = Field((256, 128), description="widths of the hidden layers")
    activation: Activation = Field("relu", description="activation of the hidden layers")
    initializer: Initializer = Field("he-normal", description="distribution of the first weights")
    batch_norm: bool = Field(False, description="batch normalization before each hidden activation")
    dropout: float = Field(
        0.0, ge=0, lt=1, description="probability of dropping a hidden activation in training"
    )
    loss: Loss = Field("softmax-cross-entropy", description="loss, from the logits")
    epochs: int = Field(10, ge=1, le=100_000, description="passes over the training set")
    batch_size: int = Field(128, ge=1, le=1_000_000, description="examples in a minibatch")
    optimizer: OptimizerName = Field("sgd", description="update rule")
    learning_rate: float | None = Field(
        None,
        gt=0,
        le=1000,
        allow_inf_nan=False,
        description="learning rate, or a schedule's peak (if None: 0.05 for sgd, else 0.001)",
    )
    momentum: float = Field(0.9, ge=0, lt=1, description="momentum of sgd")
    nesterov: bool = Field(False, description="Nesterov's momentum for sgd")
    weight_decay: float = Field(
        5e-4,
        ge=0,
        le=1000,
        allow_inf_nan=False,
        description="on weights only; adds to the gradient in sgd and adam, decoupled in adamw",
    )
    clip_norm: float | None = Field(
        None,
        gt=0,
        allow_inf_nan=False,
        description="largest global norm of the gradient; longer ones are scaled down to it",
    )
    schedule: ScheduleName = Field("one-cycle", description="course of the learning rate")
    warmup: float = Field(
        0.3, ge=0, lt=1, description="share of all steps that warm-up and one-cycle rise"
    )
    decay_factor: float = Field(
        0.5, gt=0, le=1, description="factor of the step and exponential schedules"
    )
    decay_epochs: int = Field(
        1, ge=1, le=100_000, description="epochs between two decays of the step schedule"
    )
    seed: int = Field(0, ge=0, lt=2**32, description="of initial weights, minibatches, dropout")
    dtype: Literal["float32", "float64"] = Field("float32", description="precision")

    @model_validator(mode="before")
    @classmethod
    def _choose_learning_rate(cls, values: Any) -> Any:
        if isinstance(values, dict) and values.get("learning_rate") is None:
            optimizer = values.get("optimizer", cls.model_fields["optimizer"].default)
            return values | {"learning_rate": LEARNING_RATES.get(str(optimizer))}
        return values

    @model_validator(mode="after")
    def _check_combinations(self) -> "Configuration":
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
        return self

    def check_data(self, name: str, examples: int, classes: int) -> None:
        """Check what must fit together of these options and a data set.

        Args:
            name: of the data set, for the message.
            examples: number of training examples.
            classes: number of classes, 0 in regression.

        Raises:
            UserError: names the option, its value, the limit and the remedy.
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

    device: Literal["auto", "cpu", "cuda"] = Field(
        "auto", description="where to compute; auto takes CUDA where there is a GPU"
    )


def option_name(field: str) -> str:
    """The command-line spelling of a field: learning_rate -> --learning-rate."""
    return "--" + field.replace("_", "-")


def option_value(value: Any) -> str:
    """The command-line spelling of a value: (256, 128) -> 256 128; shortened, and on one line."""
    try:
        text = " ".join(map(str, value)) if isinstance(value, tuple) else str(value)
    except (ValueError, RecursionError):  # a number of more digits, or deeper lists, than str takes
        text = f"<{type(value).__name__}>"
    text = one_line(text) if text.strip() else repr(text)
    return text if len(text) <= 80 else text[:77] + "..."


def remedy(model: type[BaseModel], field: str) -> str:
    """What to do about a bad value of a field, as the end of a message."""
    default = model.model_fields[field].default
    if default is PydanticUndefined:
        return "see --help"
    if default is None:
        return "leave it out for the default"
    return f"the default is {option_value(default)}"


def explain(model: type[BaseModel], error: ValidationError) -> str:
    """The first problem that pydantic found: the option, its value, the limit and the remedy."""
    problem = error.errors(include_url=False)[0]
    limit = problem["msg"].removeprefix("Value error, ").split(", unable to ")[0]
    limit = one_line(re.sub(r"^\w+ should ", "must ", limit))
    if problem["type"] == "int_parsing_size":
        limit = "must have fewer digits"
    if not problem["loc"]:
        return f"the options: {limit}; see --help"
    field = str(problem["loc"][0])
    name = option_value(option_name(field))
    if field not in model.model_fields:
        return f"{name}: no such option; see --help"
    if problem["type"] == "missing":
        return f"{name}: must be given; see --help"
    return f"{name} {option_value(problem['input'])}: {limit}; {remedy(model, field)}"
