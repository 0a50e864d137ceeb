"""Train tier 1: python numpy/train_numpy.py --help"""

if __name__ == "__main__":  # from here on, Ctrl-C during an import leaves without a traceback
    from common.cli.interrupts import leave_while_importing

    leave_while_importing()

import numpy as np
from jaxtyping import Float, Int

from common.cli.command_line import run_script, train_as_run
from common.configuration import Configuration
from common.examples import Examples, prepare
from common.minibatches import minibatches, shuffled_indices
from common.randomness import DROPOUT, generator
from common.recorder import History, Recorder
from common.runs.options import RunOptions
from common.schedules import scheduled_learning_rate
from data.datasets import Dataset
from losses_numpy import LOSSES
from mlp_numpy import MLP
from optimizers_numpy import SGD, Adam, AdamW, Optimizer, clip_gradient_norm, gradient_norm


@np.errstate(over="ignore", invalid="ignore")  # the recorder reports it, in words
def train(
    configuration: Configuration, dataset: Dataset, recorder: Recorder | None = None
) -> tuple[MLP, History]:
    """Train a model as configured.

    Args:
        configuration: what to compute.
        dataset: what to train on; its arrays decide the number of inputs and of outputs.
        recorder: what to keep and who watches; without one, the history is kept in memory.

    Raises:
        UserError: where the data set's arrays do not fit together or do not fit the
            configuration; a DivergenceError where a number is no longer finite.
    """
    training, validation, test = prepare(configuration, dataset)
    model = make_model(configuration, training.images.shape[1], dataset.classes)
    optimizer = make_optimizer(configuration, model)
    loss_function = LOSSES[configuration.loss]
    steps_per_epoch = configuration.steps_per_epoch(len(training))
    recorder = recorder or Recorder()

    with recorder.start(configuration, training, model, optimizer):
        for epoch in recorder.epochs():
            model.train()
            order = shuffled_indices(len(training), configuration.seed, epoch)
            for step, indices in recorder.steps(minibatches(order, configuration.batch_size)):
                X, targets = training.images[indices], training.targets[indices]
                if configuration.dropout:
                    model.seed_dropout(generator(configuration.seed, DROPOUT, step))

                logits = model.forward(X)
                loss, grad_logits = loss_function(logits, targets)
                model.backward(grad_logits)
                gradients = model.gradients()
                norm = gradient_norm(gradients) if configuration.clip_norm else None
                recorder.record_step(loss, predict(logits) == training.labels[indices], norm)
                if configuration.clip_norm and norm is not None:
                    clip_gradient_norm(gradients, configuration.clip_norm, norm)
                optimizer.learning_rate = scheduled_learning_rate(
                    configuration, step, steps_per_epoch
                )
                optimizer.step(gradients)
            recorder.record_epoch(*evaluate(model, validation, configuration.loss))
        recorder.finish(*evaluate(model, test, configuration.loss))
    return model, recorder.history


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
    description = "Train the multilayer perceptron of tier 1."
    train_as_run(train, "numpy", RunOptions, description, arguments)


if __name__ == "__main__":
    run_script(main)
