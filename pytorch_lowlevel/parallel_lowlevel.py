"""Tier 2 in several processes: data parallelism by hand.

Every process has the whole model and computes the gradients of its share of a minibatch's rows.
The gradient of the whole minibatch is their sum, since its loss is a sum over rows, divided by
their number. One all-reduce adds them up; then every process makes the same update, and the
models stay equal without ever being compared.
"""

import torch
import torch.distributed as dist
from jaxtyping import Float

from common.distributed.process_group import is_distributed
from common.distributed.shared_training import LossFunction, SharedTraining
from common.training import Training
from data.datasets import Dataset
from layers_lowlevel import BatchNorm1d


def in_parallel(
    loss_function: LossFunction, training: Training, dataset: Dataset
) -> tuple[LossFunction, Training]:
    """Loss and training for this process's share of each minibatch; as they are for one process.

    The model's batch normalization becomes that of the whole minibatch.

    Raises:
        UserError: as `SharedTraining`.
    """
    if not is_distributed():
        return loss_function, training
    shared = SharedTraining(training, dataset)
    model = training.model
    model.layers = [
        SharedBatchNorm1d(layer) if isinstance(layer, BatchNorm1d) else layer
        for layer in model.layers
    ]
    return shared.share_of(loss_function), shared


def all_reduce(
    gradients: dict[str, torch.Tensor], loss: torch.Tensor, right: torch.Tensor, training: Training
) -> tuple[torch.Tensor, torch.Tensor]:
    """Add up what the processes have computed of a minibatch: the gradients in place.

    All of it travels as one vector, because a message costs its latency each time.

    Returns:
        The loss and the right predictions of the whole minibatch.
    """
    if not isinstance(training, SharedTraining):
        return loss, right
    measured = training.pack_sums(loss, right)
    vector = torch.cat([*(gradient.flatten() for gradient in gradients.values()), measured])
    dist.all_reduce(vector)
    sizes = [gradient.numel() for gradient in gradients.values()]
    *sums, measured = vector.split([*sizes, len(measured)])
    for gradient, total in zip(gradients.values(), sums, strict=True):
        gradient.copy_(total.view_as(gradient))
    return training.unpack_sums(measured)


class AllReduce(torch.autograd.Function):
    """The sum over the processes, which is its own derivative.

    Each process's output holds the input of every process once. So an input's gradient is the sum
    of the gradients that all processes have at their outputs: another all-reduce.
    """

    @staticmethod
    def forward(ctx, summand: Float[torch.Tensor, " d"]) -> Float[torch.Tensor, " d"]:
        total = summand.clone()
        dist.all_reduce(total)
        return total

    @staticmethod
    def backward(ctx, grad_total: Float[torch.Tensor, " d"]) -> Float[torch.Tensor, " d"]:
        return AllReduce.apply(grad_total)


class SharedBatchNorm1d(BatchNorm1d):
    """Batch normalization whose μ and σ² are those of the rows of all processes.

    Args:
        layer: the one that it stands in for, whose parameters and buffers it takes over.
    """

    def __init__(self, layer: BatchNorm1d) -> None:
        vars(self).update(vars(layer))

    def forward(self, X: Float[torch.Tensor, "n d"]) -> Float[torch.Tensor, "n d"]:
        if not self.training:
            return super().forward(X)
        sums = AllReduce.apply(torch.cat([X.sum(dim=0), X.new_tensor([len(X)])]))
        n = int(sums[-1])
        mean = sums[:-1] / n
        variance = AllReduce.apply(((X - mean) ** 2).sum(dim=0)) / n
        self.update_running_statistics(mean, variance, n)
        return self.weight * (X - mean) / torch.sqrt(variance + self.epsilon) + self.bias
