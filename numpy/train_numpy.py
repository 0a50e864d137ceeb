"""Train tier 1: python numpy/train_numpy.py --help"""

from common.processor import choose_openblas_kernels

choose_openblas_kernels()  # before NumPy is imported, or it is too late

from functools import partial

import numpy as np
from jaxtyping import Float, Int
from losses_numpy import LOSSES
from mlp_numpy import MLP
from optimizers_numpy import SGD, Adam, AdamW, Optimizer, clip_gradient_norm

from common.command_line import parse, run_script
from common.configuration import Configuration
from common.diagnosis import first_non_finite
from common.randomness import DROPOUT, generator
from common.run import Run
from common.schedules import learning_rate
from common.targets import targets
from data.mnist import Split, load_dataset, minibatches, shuffled_indices


def train(configuration: Configuration) -> None:
    """Train a model as configured and keep the run in its folder."""
    with Run(configuration, tier="numpy") as run:
        dataset = load_dataset(configuration.dataset, configuration.data_root, configuration.dtype)
        train_targets = targets(
            dataset.train.labels, configuration.loss, dataset.classes, configuration.dtype
        )
        loss_function = LOSSES[configuration.loss]
        model = MLP(
            configuration.layer_sizes,
            configuration.activation,
            configuration.initializer,
            configuration.batch_norm,
            configuration.dropout,
            configuration.seed,
            configuration.dtype,
        )
        optimizer = make_optimizer(configuration, model)
        run.start(model, optimizer)

        for epoch in run.epochs():
            model.train()
            order = shuffled_indices(len(dataset.train), configuration.seed, epoch)
            for step, indices in run.steps(minibatches(order, configuration.batch_size)):
                X = dataset.train.images[indices]
                if configuration.dropout:
                    model.seed_dropout(generator(configuration.seed, DROPOUT, step))

                logits = model.forward(X)
                loss, grad_logits = loss_function(logits, train_targets[indices])
                model.backward(grad_logits)

                gradients = model.gradients()
                gradient_norm = np.nan
                if configuration.clip_norm is not None:
                    gradient_norm = clip_gradient_norm(gradients, configuration.clip_norm)
                correct = np.count_nonzero(predict(logits) == dataset.train.labels[indices])
                run.record_step(loss, correct, gradient_norm, partial(find_cause, model, X))

                optimizer.learning_rate = learning_rate(configuration, step)
                optimizer.step(gradients)
            model.eval()
            run.record_epoch(*evaluate(model, dataset.validation, configuration.loss))
        model.eval()
        run.finish(*evaluate(model, dataset.test, configuration.loss))


def make_optimizer(configuration: Configuration, model: MLP) -> Optimizer:
    """The optimizer that the configuration names."""
    parameters, rate = model.parameters(), configuration.learning_rate
    decay = configuration.weight_decay
    match configuration.optimizer:
        case "sgd":
            return SGD(parameters, rate, configuration.momentum, configuration.nesterov, decay)
        case "adam":
            return Adam(parameters, rate, decay)
        case "adamw":
            return AdamW(parameters, rate, decay)


def predict(logits: Float[np.ndarray, "n k"]) -> Int[np.ndarray, " n"]:
    """The class of each row: the largest logit, or the sign of a single one."""
    return logits.argmax(axis=1) if logits.shape[1] > 1 else (logits[:, 0] > 0).astype(np.int64)


def evaluate(model: MLP, split: Split, loss: str) -> tuple[float, float]:
    """Mean loss and accuracy of the model, in evaluation, on a whole split."""
    logits = model.forward(split.images)
    value, _ = LOSSES[loss](logits, targets(split.labels, loss, logits.shape[1], logits.dtype.name))
    return value, float((predict(logits) == split.labels).mean())


def find_cause(model: MLP, X: Float[np.ndarray, "n d"]) -> str:
    """Where in this step a number that is not finite first appeared."""
    return first_non_finite(model.parameters(), model.outputs(X), model.gradients())


def main(arguments: list[str]) -> None:
    # A run that diverges is told by run.record_step, in one line instead of warnings.
    np.seterr(over="ignore", invalid="ignore")
    train(parse(Configuration, "numpy", "Train the multilayer perceptron of tier 1.", arguments))


if __name__ == "__main__":
    run_script(main)
