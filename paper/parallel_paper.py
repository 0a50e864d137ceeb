"""Tier 3 in several processes: `DistributedDataParallel` adds up the gradients.

Gone from tier 2: the all-reduce. DDP makes it during the backward pass, as soon as the gradients of
some layers are there; and because it averages over the processes, the loss is multiplied by their
number.
"""

from typing import Any

import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel

from common.distributed.process_group import is_distributed
from common.distributed.shared_training import LossFunction, SharedTraining
from common.training import Training
from data.datasets import Dataset
from data.errors import UserError


def in_parallel(
    loss_function: LossFunction, training: Training, dataset: Dataset
) -> tuple[nn.Module, LossFunction, Training]:
    """Model, loss and training for this process's share of each minibatch.

    For one process they are what they were.

    Raises:
        UserError: as `SharedTraining`, and for batch normalization on CPUs.
    """
    network = training.model
    if not is_distributed():
        return network, loss_function, training
    first = next(network.parameters())
    if training.configuration.batch_norm and not first.is_cuda:
        raise UserError(
            "--batch-norm: on CPUs PyTorch normalizes each process's rows by themselves, which is"
            " another training; use tier 2, pytorch_lowlevel/train_lowlevel.py, or one process"
        )
    nn.SyncBatchNorm.convert_sync_batchnorm(network)
    shared = AveragedTraining(training, dataset)
    model = DistributedDataParallel(network)
    # After its first backward pass DDP regroups the gradients, and then adds them in another
    # order. A pass over no rows has it done before the first step, so that a resumed run adds in
    # the order of one that was never stopped.
    model.eval()
    model(first.new_zeros(0, dataset.train.images.shape[1])).sum().backward()
    model.zero_grad()
    return model, shared.share_of(loss_function, factor=dist.get_world_size()), shared


class AveragedTraining(SharedTraining):
    """Adds up what a step has measured; DDP does so for the gradients alone."""

    def record_step(self, loss: Any, right: Any, gradient_norm: Any = None) -> None:
        measured = self.pack_sums(loss / dist.get_world_size(), right)
        dist.all_reduce(measured)
        super().record_step(*self.unpack_sums(measured), gradient_norm)
