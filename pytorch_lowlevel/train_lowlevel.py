"""Train tier 2: python pytorch_lowlevel/train_lowlevel.py --help"""

if __name__ == "__main__":  # from here on, Ctrl-C during an import leaves without a traceback
    from common.cli.interrupts import leave_while_importing

    leave_while_importing()

import torch
from jaxtyping import Float, Int

from common.cli.command_line import run_script, train_as_run
from common.configuration import Configuration
from common.distributed.process_group import joined_processes
from common.distributed.tensors import choose_device, seed_dropout, to_tensors
from common.examples import Examples, prepare
from common.minibatches import minibatches, shuffled_indices
from common.recorder import History, Recorder
from common.runs.options import TorchRunOptions
from common.schedules import scheduled_learning_rate
from data.datasets import Dataset
from losses_lowlevel import LOSSES
from mlp_lowlevel import MLP
from optimizers_lowlevel import SGD, Adam, AdamW, Optimizer, clip_gradient_norm, gradient_norm
from parallel_lowlevel import all_reduce, in_parallel


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
    model = make_model(configuration, training.images.shape[1], dataset.classes, device)
    optimizer = make_optimizer(configuration, model)
    steps_per_epoch = configuration.steps_per_epoch(len(training))
    loss_function, recorder = in_parallel(
        model, LOSSES[configuration.loss], recorder or Recorder(), configuration, dataset
    )

    with recorder.start(configuration, training, model, optimizer):
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

                logits = model.forward(X)
                loss = loss_function(logits, targets)
                model.zero_grad()
                loss.backward()
                gradients = model.gradients()
                right = predict(logits) == training.labels[indices]
                loss, right = all_reduce(gradients, loss.detach(), right, recorder)
                norm = gradient_norm(gradients) if configuration.clip_norm else None
                recorder.record_step(loss, right, norm)
                if configuration.clip_norm and norm is not None:
                    clip_gradient_norm(gradients, configuration.clip_norm, norm)
                optimizer.learning_rate = scheduled_learning_rate(
                    configuration, step, steps_per_epoch
                )
                optimizer.step(gradients)
            recorder.record_epoch(*evaluate(model, validation, configuration.loss))
        recorder.finish(*evaluate(model, test, configuration.loss))
    return model, recorder.history


def make_model(
    configuration: Configuration, inputs: int, classes: int, device: torch.device
) -> MLP:
    """The model that the configuration names, with the initial weights that all tiers share."""
    return MLP(
        configuration.layer_sizes(inputs, classes),
        activation=configuration.activation,
        initializer=configuration.initializer,
        batch_norm=configuration.batch_norm,
        dropout=configuration.dropout,
        seed=configuration.seed,
        dtype=getattr(torch, configuration.dtype),
        device=device,
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


def predict(logits: Float[torch.Tensor, "n k"]) -> Int[torch.Tensor, " n"]:
    """The class of each row: the largest logit, or the sign of a single one."""
    return logits.argmax(dim=1) if logits.shape[1] > 1 else (logits[:, 0] > 0).long()


@torch.no_grad()
def evaluate(model: MLP, examples: Examples, loss: str) -> tuple[float, float]:
    """Mean loss and accuracy (NaN in regression) of the model in evaluation, on all examples."""
    model.eval()
    total_loss = right = 0.0
    for chunk in examples.chunks():  # all at once would need more memory than the training
        logits = model.forward(chunk.images)
        mean_loss = LOSSES[loss](logits, chunk.targets)
        total_loss += mean_loss.item() * len(chunk)
        right += (predict(logits) == chunk.labels).sum().item()
    return total_loss / len(examples), examples.accuracy(right)


def main(arguments: list[str]) -> None:
    description = "Train the multilayer perceptron of tier 2."
    train_as_run(train, "lowlevel", TorchRunOptions, description, arguments, joined_processes)


if __name__ == "__main__":
    run_script(main)
