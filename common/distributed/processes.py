"""The processes that share one training: each computes with its share of the rows.

This is data parallelism: every process has the whole model and the whole data set.
"""

import os
from collections.abc import Iterator

import torch
import torch.distributed as dist

from common.examples import Examples
from data.errors import UserError


def several_processes() -> bool:
    """Whether this process shares its training with others."""
    return dist.is_available() and dist.is_initialized() and dist.get_world_size() > 1


def rank() -> int:
    """The number of this process, from 0."""
    return dist.get_rank()


def share(count: int) -> slice:
    """The rows of this process: of n, process r of p takes n r / p to n (r + 1) / p.

    Where there are fewer rows than processes, some have none.
    """
    r, p = dist.get_rank(), dist.get_world_size()
    return slice(count * r // p, count * (r + 1) // p)


class SharedExamples(Examples):
    """Examples whose chunks are those of this process alone: all processes' sums add up."""

    def chunks(self) -> Iterator[Examples]:
        """This process's share of the examples, CHUNK_ROWS at a time."""
        yield from self.rows(share(len(self))).chunks()


def gpu_of_process() -> torch.device:
    """The GPU of this process: torchrun numbers the processes of a machine in LOCAL_RANK.

    Raises:
        UserError: where the machine has fewer GPUs than processes.
    """
    number, gpus = int(os.environ.get("LOCAL_RANK", rank())), torch.cuda.device_count()
    if number >= gpus:
        raise UserError(
            f"--device cuda: each process needs a GPU of its own, and torch finds {gpus} here;"
            f" start {gpus} processes with --nproc-per-node {gpus}, or use --device cpu"
        )
    torch.cuda.set_device(number)
    return torch.device("cuda", number)
