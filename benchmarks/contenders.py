"""Who is measured, what is computed in a measurement, and how it is timed."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

from common.configuration import TorchConfiguration
from data.datasets import DATASETS, Dataset, Split, load_dataset
from tiers import TIERS

NetworkName = Literal["default", "small", "big"]
NETWORKS = {"default": (256, 128), "small": (32,), "big": (1024, 1024)}
LEARNING_RATE = 0.01  # small enough for every network here: what is measured stays finite
SPINNING_SECONDS = 0.2  # after a matrix product its threads stay awake for so long, for the next
load_once = cache(load_dataset)


@dataclass(frozen=True)
class Workload:
    """One training step's size. `network` is a name of NETWORKS."""

    network: str
    batch_size: int
    momentum: float = 0.0

    def configuration(self, **torch_options: object) -> TorchConfiguration:
        """Gradient descent as the tiers do it, for longer than anybody measures."""
        sizes = {"hidden": NETWORKS[self.network], "batch_size": self.batch_size}
        rates = {"learning_rate": LEARNING_RATE, "momentum": self.momentum, "weight_decay": 0.0}
        endless = {"schedule": "constant", "epochs": 100_000}
        return TorchConfiguration(**sizes, **rates, **endless, **torch_options)

    @property
    def layer_sizes(self) -> tuple[int, ...]:
        return (DATASETS["mnist"].inputs, *NETWORKS[self.network], DATASETS["mnist"].classes)

    @property
    def label(self) -> str:
        """Such as "784-256-128-10 × 128": the network and the minibatch."""
        momentum = f", momentum {self.momentum}" * (self.momentum > 0)
        return f"{'-'.join(map(str, self.layer_sizes))} × {self.batch_size}{momentum}"


class Task:
    """What a loop is given: a workload, images and labels, a device, and MNIST's folder.

    `dataset` is cut so that every step takes as many samples, and validation next to no time.
    """

    def __init__(self, workload: Workload, dataset: Dataset, device: str, root: Path) -> None:
        self.workload, self.device, self.root = workload, device, root
        rows = slice(len(dataset.train) // workload.batch_size * workload.batch_size)
        self.images, self.labels = dataset.train.images[rows], dataset.train.labels[rows]
        one = Split(dataset.test.images[:1], dataset.test.labels[:1])
        cut = Split(self.images, self.labels)
        self.dataset = Dataset(dataset.name, cut, one, one, dataset.classes)


@dataclass(frozen=True)
class Entry:
    """One contender."""

    key: str  # as the command line and the JSON file spell it
    name: str  # as the tables show it
    loop: tuple[str, str]  # module and function; or "tiers" and a tier's name
    floor: str = ""  # key of what it is held against
    momentum: bool = True  # whether it is measured with momentum, too
    device: str = "cpu"

    def variant(self, suffix: str, **changes: Any) -> "Entry":
        """The same in other surroundings, held against its floor in the same ones."""
        name, floor = f"{self.name} ({suffix})", self.floor and f"{self.floor}-{suffix}"
        return replace(self, key=f"{self.key}-{suffix}", name=name, floor=floor, **changes)


NUMPY, TORCH, JAX = (f"benchmarks.{library}_loops" for library in ("numpy", "torch", "jax"))
ONE, TWO, THREE = (("tiers", name) for name in TIERS)
WITH_NUMPY = (
    Entry("numpy-floor", "NumPy floor", (NUMPY, "floor"), momentum=False),
    Entry("numpy", TIERS["numpy"].title, ONE, "numpy-floor"),
)
WITH_TORCH = (
    Entry("torch-floor", "torch floor", (TORCH, "floor"), momentum=False),
    Entry("torch-eager", "eager torch at its best", (TORCH, "eager"), "torch-floor"),
    Entry("lowlevel", TIERS["lowlevel"].title, TWO, "torch-eager"),
    Entry("paper", TIERS["paper"].title, THREE, "torch-eager"),
    Entry("compiled-step", "tier 3, all compiled", (TORCH, "compiled"), "torch-floor", False),
    Entry("dataloader", "nn.Module + DataLoader", (TORCH, "data_loader"), momentum=False),
)
OTHERS = (
    Entry("scikit-learn", "scikit-learn", (NUMPY, "scikit_learn")),
    Entry("jax", "JAX, one scan", (JAX, "scan")),
    Entry("keras", "Keras", (JAX, "keras_fit")),
)


def known_contenders(device: str) -> dict[str, Entry]:
    """By key; those with torch also on the GPU ("cuda")."""
    on_gpu = [entry.variant("cuda", device="cuda") for entry in WITH_TORCH] * (device == "cuda")
    return {entry.key: entry for entry in (*WITH_NUMPY, *WITH_TORCH, *OTHERS, *on_gpu)}


def samples_per_second(root: Path, entry: Entry, workload: Workload, seconds: float) -> float:
    """Measure, in a contender's process, and wait until that computes nothing any more."""
    steps = steps_of(root, entry, workload)
    next(steps)  # may compile something
    count_steps(steps, seconds / 5, entry.device)  # warms up
    taken, elapsed = count_steps(steps, seconds, entry.device)
    time.sleep(SPINNING_SECONDS)
    return taken * workload.batch_size / elapsed


def count_steps(steps: Iterator[int], seconds: float, device: str) -> tuple[int, float]:
    """Take steps for this time; their number, and the seconds that they took."""
    taken, started = 0, time.perf_counter()
    while time.perf_counter() - started < seconds:
        taken += next(steps)
    if device == "cuda":
        import_module("torch").cuda.synchronize()
    return taken, time.perf_counter() - started


@cache
def steps_of(root: Path, entry: Entry, workload: Workload) -> Iterator[int]:
    """What is timed, an endless training: yields how many steps it has taken."""
    module, name = entry.loop
    task = Task(workload, load_once("mnist", root), entry.device, root)
    if module == "tiers":
        configuration = workload.configuration(device=entry.device)
        return (1 for _ in TIERS[name].train_steps(configuration, task.dataset))
    return getattr(import_module(module), name)(task)
