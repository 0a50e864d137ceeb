"""One training in several processes: what they measure is added up, and they stop together.

A process alone needs nothing of this file.
"""

import hashlib
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
import torch.distributed as dist

from common.configuration import Configuration
from common.distributed.process_group import share
from common.options import option_name, option_value
from common.runs.environment import code_checksum
from common.training import Training
from data.datasets import Dataset
from data.errors import UserError

LossFunction = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]

# They say where, not what: each machine has its own.
FREE = {"run_dir", "data_root"}


class SharedTraining(Training):
    """A process's part in a training: hands out its rows, and adds up what all have measured.

    Args:
        training: the one that it stands in for, whose attributes it takes over.
        dataset: of the training.

    Attributes:
        rows: of the minibatch that runs, those of the other processes included.

    Raises:
        UserError: where the processes have different options, data or versions, or are more than
            the rows of a minibatch.
    """

    should_stop = False

    def __init__(self, training: Training, dataset: Dataset) -> None:
        vars(self).update(vars(training))
        if dist.get_world_size() > self.configuration.batch_size:
            raise UserError(
                f"--batch-size {self.configuration.batch_size}: {dist.get_world_size()} processes"
                " share each minibatch; give at least one example to each, or start fewer processes"
            )
        compare_processes(self.configuration, dataset, self.step)
        self.rows = 0
        self._sizes = len(dataset.validation), len(dataset.test)

    def steps(self, minibatches):
        for step, indices in super().steps(minibatches):
            self.rows = len(indices)
            yield step, indices[share(self.rows)]

    def share_of(self, loss_function: LossFunction, factor: int = 1) -> LossFunction:
        """The part of this process's rows in the mean over the whole minibatch, times a factor."""

        def shared_loss(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
            if not len(logits):
                return logits.sum()  # 0, and so is every gradient; a mean over no rows is NaN
            return loss_function(logits, targets) * (factor * len(logits) / self.rows)

        return shared_loss

    def pack_sums(self, loss: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
        """What the processes add up besides their gradients, as one vector."""
        asked_to_stop = loss.new_tensor(float(self.stop_requested))
        return torch.stack([loss, right.sum().to(loss.dtype), asked_to_stop])

    def unpack_sums(self, total: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Loss and number of right predictions of all rows, of the vectors' sum."""
        loss, right, stops = total
        self.should_stop = bool(stops > 0)
        return loss, right

    def record_epoch(self, validation_loss: float, validation_accuracy: float) -> None:
        super().record_epoch(*self._of_all(validation_loss, validation_accuracy, self._sizes[0]))

    def finish(self, test_loss: float, test_accuracy: float) -> None:
        super().finish(*self._of_all(test_loss, test_accuracy, self._sizes[1]))

    def _of_all(self, loss: float, accuracy: float, count: int) -> tuple[float, float]:
        """Each process has divided its sums by the number of all examples."""
        right = torch.tensor(accuracy * count, dtype=torch.float64).round()
        total = self.pack_sums(torch.tensor(loss, dtype=torch.float64), right)
        dist.all_reduce(total)
        total_loss, total_right = self.unpack_sums(total)
        return total_loss.item(), total_right.item() / count


def compare_processes(configuration: Configuration, dataset: Dataset, step: int) -> None:
    """Make sure that all processes are about to compute the same training.

    Args:
        configuration, dataset: of this process.
        step: from which it goes on, so that no two have read different checkpoints.

    Raises:
        UserError: names what differs, in all of them.
    """
    own: dict[str, Any] = {
        option_name(field): option_value(value)
        for field, value in configuration.as_dict().items()
        if field not in FREE
    }
    own |= {
        "the step to go on from": str(step),
        "the data": _digest(dataset),
        "torch": torch.__version__,
        "numpy": np.__version__,
    }
    own["the code"] = code_checksum()[:12]
    everyone: list[Any] = [None] * dist.get_world_size()
    dist.all_gather_object(everyone, own)
    first = everyone[0]
    for rank, other in enumerate(everyone):
        for name in first | other:
            if first.get(name) != other.get(name):
                raise UserError(
                    f"{name}: {first.get(name)} in process 0 and {other.get(name)} in process"
                    f" {rank}; processes that train together need the same of everything"
                )


def _digest(dataset: Dataset) -> str:
    digest = hashlib.sha256()
    for split in (dataset.train, dataset.validation, dataset.test):
        for array in (split.images, split.labels):
            digest.update(array.tobytes())
    return digest.hexdigest()[:12]
