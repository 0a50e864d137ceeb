"""Train tier 1: python numpy/train_numpy.py --help"""

from collections.abc import Iterator

import numpy as np
from jaxtyping import Float, Int

from activations_numpy import sigmoid
from common.configuration import Configuration
from common.examples import Examples, prepare
from common.minibatches import minibatches, shuffled_indices
from common.randomness import DROPOUT, generator
from common.schedules import scheduled_learning_rate
from common.training import History, Training, TrainingState, ignore_overflow
from data.datasets import Dataset
from losses_numpy import LOSSES
from mlp_numpy import MLP
from optimizers_numpy import SGD, Adam, AdamW, Optimizer, clip_gradient_norm, gradient_norm


def train(configuration: Configuration, dataset: Dataset) -> tuple[MLP, History]:
    """Train a model as configured, to the end. Arguments and errors are those of `train_steps`."""
    *_, training = train_steps(configuration, dataset)
    return training.model, training.history


@ignore_overflow  # a divergence is reported in words
def train_steps(
    configuration: Configuration,
    dataset: Dataset,
    model: MLP | None = None,
    resume_from: TrainingState | None = None,
    pause_before_update: bool = False,
) -> Iterator[Training]:
    """The training: yields after each update, and ends where its caller leaves the loop.

    Args:
        configuration: what to compute.
        dataset: what to train on; its arrays decide the number of inputs and of outputs.
        model: to train; by default the one that `make_model` makes.
        resume_from: the state in which another training was stopped.
        pause_before_update: yield between the backward pass and the update, too: two yields in
            each step.

    Raises:
        UserError: where the data set's arrays do not fit together or do not fit the
            configuration; a DivergenceError where a number is no longer finite.
    """
    examples, validation, test = prepare(configuration, dataset)
    if model is None:
        model = make_model(configuration, examples.images.shape[1], dataset.classes)
    optimizer = make_optimizer(configuration, model)
    loss_function = LOSSES[configuration.loss]
    training = Training(configuration, examples, model, optimizer, resume_from)

    for epoch in training.epochs():
        order = shuffled_indices(len(examples), configuration.seed, epoch)
        for step, indices in training.steps(minibatches(order, configuration.batch_size)):
            model.train()  # an evaluation in the caller's loop may have switched it
            X, targets = examples.images[indices], examples.targets[indices]
            if configuration.dropout:
                model.seed_dropout(generator(configuration.seed, DROPOUT, step))

            logits = model.forward(X)
            loss, grad_logits = loss_function(logits, targets)
            model.backward(grad_logits)
            gradients = model.gradients()
            norm = gradient_norm(gradients) if configuration.clip_norm else None
            training.record_step(loss, predict(logits) == examples.labels[indices], norm)
            if pause_before_update:
                yield training
            if configuration.clip_norm and norm is not None:
                clip_gradient_norm(gradients, configuration.clip_norm, norm)
            optimizer.learning_rate = scheduled_learning_rate(
                configuration, step, training.steps_per_epoch
            )
            optimizer.step(gradients)
            if not training.epoch_is_over:
                yield training
        # The last update of an epoch is yielded with its validation, the very last with the test.
        training.record_epoch(*evaluate(model, validation, configuration.loss))
        if training.is_over:
            training.finish(*evaluate(model, test, configuration.loss))
        yield training


def make_model(configuration: Configuration, inputs: int, classes: int) -> MLP:
    """The model that the configuration names, with the initial weights that all tiers share."""
    return MLP(
        configuration.layer_sizes(inputs, classes),
        activation=configuration.activation,
        initializer=configuration.initializer,
        batch_norm=configuration.batch_norm,
        dropout=configuration.dropout,
        seed=configuration.seed,
        dtype=configuration.dtype,
    )


def make_optimizer(configuration: Configuration, model: MLP) -> Optimizer:
    """The optimizer that the configuration names, with weight decay on weights only."""
    common = {
        "parameters": model.parameters(),
        "learning_rate": configuration.peak_learning_rate,
        "weight_decay": configuration.weight_decay,
    }
    match configuration.optimizer:
        case "sgd":
            return SGD(**common, momentum=configuration.momentum, nesterov=configuration.nesterov)
        case "adam":
            return Adam(**common)
        case "adamw":
            return AdamW(**common)


def predict(logits: Float[np.ndarray, "n k"]) -> Int[np.ndarray, " n"]:
    """The class of each row: the largest logit, or the sign of a single one."""
    return logits.argmax(axis=1) if logits.shape[1] > 1 else (logits[:, 0] > 0).astype(np.int64)


def probabilities(logits: Float[np.ndarray, "n k"], loss: str) -> Float[np.ndarray, "n classes"]:
    """The probability of each class; for the squared error, the outputs themselves."""
    match loss:
        case "softmax-cross-entropy":
            exp = np.exp(logits - logits.max(axis=1, keepdims=True))
            return exp / exp.sum(axis=1, keepdims=True)
        case "sigmoid-cross-entropy":
            return np.concatenate([sigmoid(-logits), sigmoid(logits)], axis=1)
    return logits


def evaluate(model: MLP, examples: Examples, loss: str) -> tuple[float, float]:
    """Mean loss and accuracy (NaN in regression) of the model in evaluation, on all examples."""
    model.eval()
    total_loss = right = 0.0
    for chunk in examples.chunks():  # all at once would need more memory than the training
        logits = model.forward(chunk.images)
        mean_loss, _ = LOSSES[loss](logits, chunk.targets)
        total_loss += mean_loss * len(chunk)
        right += (predict(logits) == chunk.labels).sum().item()
    return total_loss / len(examples), examples.accuracy(right)


def main(arguments: list[str]) -> None:
    # Importing `train_steps` needs no command line and no run folder.
    from common.cli.command_line import train_as_run
    from common.runs.options import RunOptions

    description = "Train the multilayer perceptron of tier 1."
    train_as_run(train_steps, "numpy", RunOptions, description, arguments)


if __name__ == "__main__":
    from common.cli.command_line import run_script

    run_script(main)
