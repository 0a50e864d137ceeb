"""Train tier 3: python paper/train_paper.py --help"""

import math
import os
import shutil
from collections.abc import Callable
from functools import partial

import torch
from jaxtyping import Float, Int
from mlp_paper import MLP
from optimizers_paper import make_optimizer, make_scheduler
from state_paper import ModelState, OptimizerState, SchedulerState
from torch import nn
from torch.nn import functional as F  # noqa: N812

from common.command_line import parse, run_script
from common.configuration import PaperConfiguration
from common.device import TensorSplit, choose_device, to_tensors
from common.diagnosis import first_non_finite
from common.errors import UserError
from common.initializers import initial_weights
from common.randomness import DROPOUT, torch_seed
from common.run import Run
from data.mnist import load_dataset, minibatches, shuffled_indices


def train(configuration: PaperConfiguration) -> None:
    """Train a model as configured and keep the run in its folder."""
    device = choose_device(configuration.device)
    with Run(configuration, tier="paper", lazy=device.type == "cuda") as run:
        dataset = load_dataset(configuration.dataset, configuration.data_root, configuration.dtype)
        training, validation, test = (
            to_tensors(split, configuration, dataset.classes, device)
            for split in (dataset.train, dataset.validation, dataset.test)
        )
        loss_function = LOSSES[configuration.loss]
        model = make_model(configuration).to(device)
        optimizer = make_optimizer(configuration, model)
        scheduler = make_scheduler(configuration, optimizer)
        forward = compile_model(model, device) if configuration.compile else model
        run.start(ModelState(model), OptimizerState(model, optimizer), SchedulerState(scheduler))

        for epoch in run.epochs():
            model.train()
            order = shuffled_indices(len(dataset.train), configuration.seed, epoch)
            # The whole order goes to the device at once: no step waits for its indices.
            order = torch.from_numpy(order).to(device)
            for step, indices in run.steps(minibatches(order, configuration.batch_size)):
                # The same as training.images[indices], and faster.
                X = training.images.index_select(0, indices)
                if configuration.dropout:
                    torch.manual_seed(torch_seed(configuration.seed, DROPOUT, step))

                logits = forward(X)
                loss = loss_function(logits, training.targets[indices])
                optimizer.zero_grad()
                loss.backward()

                gradient_norm = math.nan
                if configuration.clip_norm is not None:
                    gradients = [parameter.grad for parameter in model.parameters()]
                    gradient_norm = nn.utils.get_total_norm(gradients)
                correct = (predict(logits) == training.labels[indices]).sum()
                run.record_step(
                    loss.detach(), correct, gradient_norm, partial(find_cause, model, X)
                )

                if configuration.clip_norm is not None:
                    # Not before the step is recorded: NaN would spread to all gradients.
                    nn.utils.clip_grads_with_norm_(
                        model.parameters(), configuration.clip_norm, gradient_norm
                    )
                optimizer.step()
                scheduler.step()
            model.eval()
            run.record_epoch(*evaluate(model, validation, configuration.loss))
        model.eval()
        run.finish(*evaluate(model, test, configuration.loss))


def make_model(configuration: PaperConfiguration) -> MLP:
    """The model that the configuration names, with the initial weights that all tiers share."""
    model = MLP(
        configuration.layer_sizes,
        configuration.activation,
        configuration.initializer,
        configuration.batch_norm,
        configuration.dropout,
    ).to(getattr(torch, configuration.dtype))
    shapes = {name: tuple(parameter.shape) for name, parameter in model.named_parameters()}
    weights = initial_weights(shapes, configuration.initializer, configuration.seed)
    with torch.no_grad():
        for name, weight in weights.items():
            model.get_parameter(name).copy_(torch.from_numpy(weight))
    return model


def compile_model(model: MLP, device: torch.device) -> Callable[[torch.Tensor], torch.Tensor]:
    """The model with its operations fused by torch.compile; it shares the parameters.

    On a GPU a small network's step is mostly the launching of its many small kernels; a CUDA graph
    ("reduce-overhead") launches them all at once.

    Raises:
        UserError: where there is no C++ compiler.
    """
    compiler = os.environ.get("CXX", "g++")
    if shutil.which(compiler) is None:
        raise UserError(f"--compile: needs the C++ compiler {compiler}; install it, or set CXX")
    return torch.compile(model, mode="reduce-overhead" if device.type == "cuda" else "default")


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
def evaluate(model: MLP, split: TensorSplit, loss: str) -> tuple[float, float]:
    """Mean loss and accuracy of the model, in evaluation, on a whole split."""
    logits = model(split.images)
    accuracy = (predict(logits) == split.labels).double().mean()
    return LOSSES[loss](logits, split.targets).item(), accuracy.item()


@torch.no_grad()
def find_cause(model: MLP, X: Float[torch.Tensor, "n d"]) -> str:
    """Where in this step a number that is not finite first appeared."""
    parameters = dict(model.named_parameters())
    gradients = {name: parameter.grad for name, parameter in parameters.items()}
    return first_non_finite(parameters, model.outputs(X), gradients)


def main(arguments: list[str]) -> None:
    train(
        parse(PaperConfiguration, "paper", "Train the multilayer perceptron of tier 3.", arguments)
    )


if __name__ == "__main__":
    run_script(main)
