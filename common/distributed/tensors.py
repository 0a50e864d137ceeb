"""What tiers 2 and 3 need of torch around their loops: device, examples on it, random numbers."""

import torch

from common.configuration import Configuration, TorchConfiguration
from common.distributed.processes import SharedExamples, gpu_of_process, rank, several_processes
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
    if name == "cuda" and several_processes():
        return gpu_of_process()
    return torch.device(name)


def to_tensors(examples: Examples, device: torch.device) -> Examples:
    """The examples on the device, all at once: no step of the training has to wait for them."""
    kind = SharedExamples if several_processes() else Examples
    arrays = (examples.images, examples.labels, examples.targets)
    tensors = (torch.from_numpy(array).to(device) for array in arrays)
    return kind(*tensors, classes=examples.classes)


def seed_dropout(seed: int, step: int) -> None:
    """Let the masks of this step be a pure function of the seed and the step.

    Processes that share a minibatch draw masks of their own.
    """
    position = (step, rank()) if several_processes() else (step,)
    torch.manual_seed(torch_seed(seed, DROPOUT, *position))
