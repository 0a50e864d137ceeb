"""The three tiers, for whoever drives all of them: names, scripts, options, modules.

    for tier in TIERS.values():
        model, history = tier.train(configuration, dataset)

A tier's modules are loaded when they are first asked for: tier 1 works without torch.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from common.runs.options import REPOSITORY, RunOptions, TorchRunOptions
from common.training import Training


@dataclass(frozen=True)
class Tier:
    """One tier.

    Attributes:
        name: in run folders, tables and the names of its modules.
        title: for people.
        script: its train script.
        options: of that script.
    """

    name: str
    title: str
    script: Path
    options: type[RunOptions]

    def module(self, part: str) -> ModuleType:
        """One of its modules: train, mlp, layers, ..."""
        return import_module(f"{part}_{self.name}")

    @property
    def train(self) -> Callable[..., tuple[Any, Any]]:
        """Its `train(configuration, dataset)`."""
        return self.module("train").train

    @property
    def train_steps(self) -> Callable[..., Iterator[Training]]:
        """Its generator, which is the training."""
        return self.module("train").train_steps


def _tier(name: str, title: str, folder: str, options: type[RunOptions]) -> Tier:
    return Tier(name, title, REPOSITORY / folder / f"train_{name}.py", options)


TIERS = {
    tier.name: tier
    for tier in (
        _tier("numpy", "tier 1, NumPy", "numpy", RunOptions),
        _tier("lowlevel", "tier 2, raw tensors", "pytorch_lowlevel", TorchRunOptions),
        _tier("paper", "tier 3, nn.Module", "paper", TorchRunOptions),
    )
}
