"""What tiers 2 and 3 need of torch around their loops: device, examples on it, random numbers."""

import os
from collections.abc import Iterator

import torch
import torch.distributed as dist

from common.configuration import Configuration, TorchConfiguration
from common.distributed.process_group import is_distributed, share
from common.examples import Examples
from common.randomness import DROPOUT, torch_seed
from data.errors import UserError


def choose_device(configuration: Configuration) -> torch.device:
    """The configuration's device; where it names none, or auto, CUDA if there is a GPU.

    Raises:
        UserError: for cuda where torch finds no GPU, or fewer than processes.
    """
    name = configuration.device if isinstance(configuration, TorchConfiguration) else "auto"
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name == "cuda" and not torch.cuda.is_available():
        raise UserError("--device cuda: torch finds no CUDA device here; use --device cpu")
    if name == "cuda" and is_distributed():
        return _gpu_of_process()
    return torch.device(name)


def _gpu_of_process() -> torch.device:
    """The GPU of this process: torchrun numbers the processes of a machine in LOCAL_RANK.

    Raises:
        UserError: where the machine has fewer GPUs than processes.
    """
    number, gpus = int(os.environ.get("LOCAL_RANK", dist.get_rank())), torch.cuda.device_count()
    if number >= gpus:
        raise UserError(
            f"--device cuda: each process needs a GPU of its own, and torch finds {gpus} here;"
            f" start {gpus} processes with --nproc-per-node {gpus}, or use --device cpu"
        )
    torch.cuda.set_device(number)
    return torch.device("cuda", number)


class SharedExamples(Examples):
    """Examples whose chunks are those of this process alone: all processes' sums add up."""

    def chunks(self) -> Iterator[Examples]:
        """This process's share of the examples, CHUNK_ROWS at a time."""
        yield from self.rows(share(len(self))).chunks()


def to_tensors(examples: Examples, device: torch.device) -> Examples:
    """The examples on the device, all at once: no step of the training has to wait for them."""
    kind = SharedExamples if is_distributed() else Examples
    arrays = (examples.images, examples.labels, examples.targets)
    tensors = (torch.from_numpy(array).to(device) for array in arrays)
    return kind(*tensors, classes=examples.classes)


def seed_dropout(seed: int, step: int) -> None:
    """Let the masks of this step be a pure function of the seed and the step.

    Processes that share a minibatch draw masks of their own.
    """
    position = (step, dist.get_rank()) if is_distributed() else (step,)
    torch.manual_seed(torch_seed(seed, DROPOUT, *position))
