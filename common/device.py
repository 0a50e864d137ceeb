"""What tiers 2 and 3 need of torch around their loops: the device and the data on it."""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int, Shaped

from common.configuration import Configuration
from common.errors import UserError
from common.targets import targets
from data.mnist import Split


def choose_device(name: str) -> torch.device:
    """The device that --device names; auto takes CUDA where there is a GPU.

    Raises:
        UserError: for cuda where torch finds no GPU.
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name == "cuda" and not torch.cuda.is_available():
        raise UserError("--device cuda: torch finds no CUDA device here; use --device cpu")
    return torch.device(name)


@dataclass(frozen=True)
class TensorSplit:
    """A split of the data set as tensors on one device, with the targets of the run's loss."""

    images: Float[torch.Tensor, "n d"]
    labels: Int[torch.Tensor, " n"]
    targets: Shaped[torch.Tensor, "n ..."]


def to_tensors(
    split: Split, configuration: Configuration, classes: int, device: torch.device
) -> TensorSplit:
    """Copy a split to the device, whole: no step of the training has to wait for it."""
    compared = targets(split.labels, configuration.loss, classes, configuration.dtype)
    return TensorSplit(
        *(torch.from_numpy(array).to(device) for array in (split.images, split.labels, compared))
    )
