"""Train tier 3: python paper/train_paper.py --help"""

from collections.abc import Iterator

import torch
from jaxtyping import Float, Int
from torch import nn
from torch.nn import functional as F  # noqa: N812
from torch.nn.utils import clip_grads_with_norm_

from common.configuration import Configuration
from common.distributed.process_group import process_group
from common.distributed.tensors import choose_device, seed_dropout, to_tensors
from common.examples import Examples, prepare
from common.initializers import initial_weights
from common.minibatches import minibatches, shuffled_indices
from common.training import History, Training, TrainingState
from data.datasets import Dataset
from mlp_paper import MLP
from optimizers_paper import catch_up, gradient_norm, make_optimizer, make_scheduler
from parallel_paper import in_parallel
from state_paper import OptimizerState


def train(configuration: Configuration, dataset: Dataset) -> tuple[MLP, History]:
    """Train a model as configured, to the end. Arguments and errors are those of `train_steps`."""
    *_, training = train_steps(configuration, dataset)
    return training.model, training.history


def train_steps(
    configuration: Configuration,
    dataset: Dataset,
    model: nn.Module | None = None,
    resume_from: TrainingState | None = None,
    pause_before_update: bool = False,
) -> Iterator[Training]:
    """The training: yields after each update, and ends where its caller leaves the loop.

    Args:
        configuration: what to compute; a TorchConfiguration says on which device, too.
        dataset: what to train on; its arrays decide the number of inputs and of outputs.
        model: to train, on that device; by default the one that `make_model` makes.
        resume_from: the state in which another training was stopped.
        pause_before_update: yield between the backward pass and the update, too: two yields in
            each step.

    Raises:
        UserError: where the data set's arrays do not fit together or do not fit the
            configuration; a DivergenceError where a number is no longer finite.
    """
    device = choose_device(configuration)
    examples, validation, test = (
        to_tensors(split, device) for split in prepare(configuration, dataset)
    )
    network = model or make_model(configuration, examples.images.shape[1], dataset.classes, device)
    optimizer = make_optimizer(configuration, network)
    state = OptimizerState(network, optimizer)
    model, loss_function, training = in_parallel(
        LOSSES[configuration.loss],
        Training(configuration, examples, network, state, resume_from),
        dataset,
    )
    scheduler = make_scheduler(configuration, optimizer, training.steps_per_epoch)
    catch_up(scheduler, training.step)

    for epoch in training.epochs():
        # The whole order goes to the device at once: no step waits for its indices.
        order = shuffled_indices(len(examples), configuration.seed, epoch)
        order = torch.from_numpy(order).to(device)
        for step, indices in training.steps(minibatches(order, configuration.batch_size)):
            if not network.training:  # an evaluation in the caller's loop may have switched it
                model.train()
            # index_select is examples.images[indices], and faster.
            X, targets = examples.images.index_select(0, indices), examples.targets[indices]
            if configuration.dropout:
                seed_dropout(configuration.seed, step)

            logits = model(X)
            loss = loss_function(logits, targets)
            optimizer.zero_grad()
            loss.backward()
            norm = gradient_norm(network) if configuration.clip_norm else None
            right = predict(logits) == examples.labels[indices]
            training.record_step(loss.detach(), right, norm)
            if pause_before_update:
                yield training
            if configuration.clip_norm and norm is not None:
                clip_grads_with_norm_(model.parameters(), configuration.clip_norm, norm)
            optimizer.step()
            scheduler.step()
            if not training.epoch_is_over:
                yield training
        # The last update of an epoch is yielded with its validation, the very last with the test.
        training.record_epoch(*evaluate(network, validation, configuration.loss))
        if training.is_over:
            training.finish(*evaluate(network, test, configuration.loss))
        yield training


def make_model(
    configuration: Configuration,
    inputs: int,
    classes: int,
    device: torch.device | None = None,
) -> MLP:
    """The model that the configuration names, with the initial weights that all tiers share.

    Args:
        device: where it computes; the configuration's if None.
    """
    model = MLP(
        configuration.layer_sizes(inputs, classes),
        activation=configuration.activation,
        initializer=configuration.initializer,
        batch_norm=configuration.batch_norm,
        dropout=configuration.dropout,
    ).to(device or choose_device(configuration), getattr(torch, configuration.dtype))
    shapes = {name: tuple(parameter.shape) for name, parameter in model.named_parameters()}
    weights = initial_weights(shapes, configuration.initializer, configuration.seed)
    with torch.no_grad():
        for name, weight in weights.items():
            model.get_parameter(name).copy_(torch.from_numpy(weight))
    return model


def mean_squared_error(
    outputs: Float[torch.Tensor, "n k"], targets: Float[torch.Tensor, "n k"]
) -> Float[torch.Tensor, ""]:
    """The squares of a row summed, and their mean over the minibatch."""
    return F.mse_loss(outputs, targets, reduction="sum") / len(outputs)


LOSSES = {
    "softmax-cross-entropy": F.cross_entropy,
    "sigmoid-cross-entropy": F.binary_cross_entropy_with_logits,
    "mean-squared-error": mean_squared_error,
}


def predict(logits: Float[torch.Tensor, "n k"]) -> Int[torch.Tensor, " n"]:
    """The class of each row: the largest logit, or the sign of a single one."""
    return logits.argmax(dim=1) if logits.shape[1] > 1 else (logits[:, 0] > 0).long()


def probabilities(
    logits: Float[torch.Tensor, "n k"], loss: str
) -> Float[torch.Tensor, "n classes"]:
    """The probability of each class; for the squared error, the outputs themselves."""
    match loss:
        case "softmax-cross-entropy":
            return torch.softmax(logits, dim=1)
        case "sigmoid-cross-entropy":
            return torch.cat([torch.sigmoid(-logits), torch.sigmoid(logits)], dim=1)
    return logits


@torch.no_grad()
def evaluate(model: nn.Module, examples: Examples, loss: str) -> tuple[float, float]:
    """Mean loss and accuracy (NaN in regression) of the model in evaluation, on all examples."""
    model.eval()
    total_loss = right = 0.0
    for chunk in examples.chunks():  # all at once would need more memory than the training
        logits = model(chunk.images)
        mean_loss = LOSSES[loss](logits, chunk.targets)
        total_loss += mean_loss.item() * len(chunk)
        right += (predict(logits) == chunk.labels).sum().item()
    return total_loss / len(examples), examples.accuracy(right)


def main(arguments: list[str]) -> None:
    # Importing `train_steps` needs no command line and no run folder.
    from common.cli.command_line import train_as_run
    from common.runs.options import TorchRunOptions

    description = "Train the multilayer perceptron of tier 3."
    train_as_run(train_steps, "paper", TorchRunOptions, description, arguments, process_group)


if __name__ == "__main__":
    from common.cli.command_line import run_script

    run_script(main)
