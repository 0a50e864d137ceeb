"""Train tier 2: python pytorch_lowlevel/train_lowlevel.py --help"""

import math
from functools import partial

import torch
from jaxtyping import Float, Int
from losses_lowlevel import LOSSES
from mlp_lowlevel import MLP
from optimizers_lowlevel import SGD, Adam, AdamW, Optimizer, clip_gradient_norm

from common.command_line import parse, run_script
from common.configuration import TorchConfiguration
from common.device import TensorSplit, choose_device, to_tensors
from common.diagnosis import first_non_finite
from common.randomness import DROPOUT, torch_seed
from common.run import Run
from common.schedules import learning_rate
from data.mnist import load_dataset, minibatches, shuffled_indices


def train(configuration: TorchConfiguration) -> None:
    """Train a model as configured and keep the run in its folder."""
    device = choose_device(configuration.device)
    with Run(configuration, tier="lowlevel", lazy=device.type == "cuda") as run:
        dataset = load_dataset(configuration.dataset, configuration.data_root, configuration.dtype)
        training, validation, test = (
            to_tensors(split, configuration, dataset.classes, device)
            for split in (dataset.train, dataset.validation, dataset.test)
        )
        loss_function = LOSSES[configuration.loss]
        model = MLP(
            configuration.layer_sizes,
            configuration.activation,
            configuration.initializer,
            configuration.batch_norm,
            configuration.dropout,
            configuration.seed,
            getattr(torch, configuration.dtype),
            device,
        )
        optimizer = make_optimizer(configuration, model)
        run.start(model, optimizer)

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

                logits = model.forward(X)
                loss = loss_function(logits, training.targets[indices])
                model.zero_grad()
                loss.backward()

                gradient_norm = math.nan
                if configuration.clip_norm is not None:
                    gradients = model.gradients().values()
                    gradient_norm = clip_gradient_norm(gradients, configuration.clip_norm)
                correct = (predict(logits) == training.labels[indices]).sum()
                run.record_step(
                    loss.detach(), correct, gradient_norm, partial(find_cause, model, X)
                )

                optimizer.learning_rate = learning_rate(configuration, step)
                optimizer.step()
            model.eval()
            run.record_epoch(*evaluate(model, validation, configuration.loss))
        model.eval()
        run.finish(*evaluate(model, test, configuration.loss))


def make_optimizer(configuration: TorchConfiguration, model: MLP) -> Optimizer:
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


def predict(logits: Float[torch.Tensor, "n k"]) -> Int[torch.Tensor, " n"]:
    """The class of each row: the largest logit, or the sign of a single one."""
    return logits.argmax(dim=1) if logits.shape[1] > 1 else (logits[:, 0] > 0).long()


@torch.no_grad()
def evaluate(model: MLP, split: TensorSplit, loss: str) -> tuple[float, float]:
    """Mean loss and accuracy of the model, in evaluation, on a whole split."""
    logits = model.forward(split.images)
    accuracy = (predict(logits) == split.labels).double().mean()
    return LOSSES[loss](logits, split.targets).item(), accuracy.item()


@torch.no_grad()
def find_cause(model: MLP, X: Float[torch.Tensor, "n d"]) -> str:
    """Where in this step a number that is not finite first appeared."""
    return first_non_finite(model.parameters(), model.outputs(X), model.gradients())


def main(arguments: list[str]) -> None:
    train(
        parse(
            TorchConfiguration, "lowlevel", "Train the multilayer perceptron of tier 2.", arguments
        )
    )


if __name__ == "__main__":
    run_script(main)
