"""What tiers 2 and 3 need of torch around their loops: the device, and the examples on it."""

import torch

from common.mathematics.configuration import Configuration, TorchConfiguration
from common.mathematics.targets import Examples
from data.errors import UserError


def choose_device(configuration: Configuration) -> torch.device:
    """The configuration's device; where it names none, or auto, CUDA if there is a GPU.

    Raises:
        UserError: for cuda where torch finds no GPU.
    """
    name = configuration.device if isinstance(configuration, TorchConfiguration) else "auto"
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name == "cuda" and not torch.cuda.is_available():
        raise UserError("--device cuda: torch finds no CUDA device here; use --device cpu")
    return torch.device(name)


def to_tensors(examples: Examples, device: torch.device) -> Examples:
    """The examples on the device, all at once: no step of the training has to wait for them."""
    arrays = (examples.images, examples.labels, examples.targets)
    return Examples(*(torch.from_numpy(array).to(device) for array in arrays))
