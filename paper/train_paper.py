"""Train tier 3: python paper/train_paper.py --help"""

if __name__ == "__main__":  # from here on, Ctrl-C during an import leaves without a traceback
    from common.cli.interrupts import leave_while_importing

    leave_while_importing()

import torch
from jaxtyping import Float, Int
from torch.nn import functional as F  # noqa: N812
from torch.nn.utils import clip_grads_with_norm_

from common.cli.command_line import run_script, train_as_run
from common.configuration import Configuration
from common.distributed.process_group import joined_processes
from common.distributed.tensors import choose_device, seed_dropout, to_tensors
from common.examples import Examples, prepare
from common.initializers import initial_weights
from common.minibatches import minibatches, shuffled_indices
from common.recorder import History, Recorder
from common.runs.options import TorchRunOptions
from data.datasets import Dataset
from mlp_paper import MLP
from optimizers_paper import catch_up, gradient_norm, make_optimizer, make_scheduler
from parallel_paper import in_parallel
from state_paper import OptimizerState


def train(
    configuration: Configuration, dataset: Dataset, recorder: Recorder | None = None
) -> tuple[MLP, History]:
    """Train a model as configured.

    Args:
        configuration: what to compute; a TorchConfiguration says on which device, too.
        dataset: what to train on; its arrays decide the number of inputs and of outputs.
        recorder: what to keep and who watches; without one, the history is kept in memory.

    Raises:
        UserError: where the data set's arrays do not fit together or do not fit the
            configuration; a DivergenceError where a number is no longer finite.
    """
    device = choose_device(configuration)
    training, validation, test = (
        to_tensors(examples, device) for examples in prepare(configuration, dataset)
    )
    network = make_model(configuration, training.images.shape[1], dataset.classes, device)
    optimizer = make_optimizer(configuration, network)
    scheduler = make_scheduler(
        configuration, optimizer, configuration.steps_per_epoch(len(training))
    )
    state = OptimizerState(network, optimizer)
    model, loss_function, recorder = in_parallel(
        network, LOSSES[configuration.loss], recorder or Recorder(), configuration, dataset
    )

    with recorder.start(configuration, training, network, state, scheduler):
        catch_up(scheduler, recorder.steps_made)
        for epoch in recorder.epochs():
            model.train()
            # The whole order goes to the device at once: no step waits for its indices.
            order = shuffled_indices(len(training), configuration.seed, epoch)
            order = torch.from_numpy(order).to(device)
            for step, indices in recorder.steps(minibatches(order, configuration.batch_size)):
                # index_select is training.images[indices], and faster.
                X, targets = training.images.index_select(0, indices), training.targets[indices]
                if configuration.dropout:
                    seed_dropout(configuration.seed, step)

                logits = model(X)
                loss = loss_function(logits, targets)
                optimizer.zero_grad()
                loss.backward()
                norm = gradient_norm(model) if configuration.clip_norm else None
                recorder.record_step(
                    loss.detach(), predict(logits) == training.labels[indices], norm
                )
                if configuration.clip_norm and norm is not None:
                    clip_grads_with_norm_(model.parameters(), configuration.clip_norm, norm)
                optimizer.step()
                scheduler.step()
            recorder.record_epoch(*evaluate(network, validation, configuration.loss))
        recorder.finish(*evaluate(network, test, configuration.loss))
    return network, recorder.history


def make_model(
    configuration: Configuration, inputs: int, classes: int, device: torch.device
) -> MLP:
    """The model that the configuration names, with the initial weights that all tiers share."""
    model = MLP(
        configuration.layer_sizes(inputs, classes),
        activation=configuration.activation,
        initializer=configuration.initializer,
        batch_norm=configuration.batch_norm,
        dropout=configuration.dropout,
    ).to(device, getattr(torch, configuration.dtype))
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


@torch.no_grad()
def evaluate(model: MLP, examples: Examples, loss: str) -> tuple[float, float]:
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
    description = "Train the multilayer perceptron of tier 3."
    train_as_run(train, "paper", TorchRunOptions, description, arguments, joined_processes)


if __name__ == "__main__":
    run_script(main)
