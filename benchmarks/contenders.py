"""The list of contenders: what each is called, where its code is, and what it needs.

Nothing here imports NumPy or torch: a process loads the libraries of its own contender alone.
"""

from dataclasses import dataclass
from importlib.util import find_spec
from typing import Literal

Kernels = Literal["chosen", "openblas"]


@dataclass(frozen=True)
class Entry:
    """One contender.

    Attributes:
        name: as the tables show it.
        key: as the command line and the JSON file spell it.
        code: module and class in this folder.
        needs: modules that must be installed.
        kernels: "chosen" has OpenBLAS's kernels chosen as train_numpy.py does, "openblas" leaves
            them to OpenBLAS. It matters to what computes with NumPy alone.
        device: "cpu" or "cuda".
        momentum: whether it is also measured with momentum.
        floor: key of what it is held against.
    """

    name: str
    key: str
    code: tuple[str, str]
    needs: tuple[str, ...] = ()
    kernels: Kernels = "chosen"
    device: str = "cpu"
    momentum: bool = True
    floor: str | None = None

    @property
    def missing(self) -> tuple[str, ...]:
        """What it needs and is not installed."""
        return tuple(module for module in self.needs if find_spec(module) is None)


TIER_ONE = ("numpy_contenders", "TierOne")
NUMPY_FLOOR = ("numpy_contenders", "NumpyFloor")
SCIKIT_LEARN = ("scikit_learn_contender", "ScikitLearn")
TORCH = "torch_contenders"
OTHER = "other_contenders"

ENTRIES = (
    Entry("NumPy floor", "numpy-floor", NUMPY_FLOOR, momentum=False),
    Entry("tier 1, NumPy", "numpy", TIER_ONE, floor="numpy-floor"),
    # As its users meet it: nobody chooses the kernels for them.
    Entry("scikit-learn", "scikit-learn", SCIKIT_LEARN, kernels="openblas"),
    Entry("torch floor", "torch-floor", (TORCH, "TorchFloor"), momentum=False),
    Entry("eager torch at its best", "torch-eager", (TORCH, "EagerFloor"), floor="torch-floor"),
    Entry("tier 2, raw tensors", "lowlevel", (TORCH, "TierTwo"), floor="torch-eager"),
    Entry("tier 3, nn.Module", "paper", (TORCH, "TierThree"), floor="torch-eager"),
    Entry(
        "tier 3, --compile",
        "paper-compile",
        (TORCH, "TierThreeCompile"),
        momentum=False,
        floor="torch-floor",
    ),
    Entry(
        "tier 3, whole step compiled",
        "compiled-step",
        (TORCH, "CompiledStep"),
        momentum=False,
        floor="torch-floor",
    ),
    Entry(
        "nn.Module + DataLoader",
        "dataloader",
        (TORCH, "ModuleAndDataLoader"),
        momentum=False,
    ),
    Entry("JAX, one scan", "jax", (OTHER, "JaxScan"), needs=("jax",)),
    Entry("Keras", "keras", (OTHER, "Keras"), needs=("keras", "jax")),
)

# With --kernels both: the same code with OpenBLAS's other kernels.
OTHER_KERNELS = (
    Entry(
        "NumPy floor, OpenBLAS's own",
        "numpy-floor-openblas",
        NUMPY_FLOOR,
        kernels="openblas",
        momentum=False,
    ),
    Entry(
        "tier 1, OpenBLAS's own",
        "numpy-openblas",
        TIER_ONE,
        kernels="openblas",
        floor="numpy-floor-openblas",
    ),
    Entry("scikit-learn, our kernels", "scikit-learn-chosen", SCIKIT_LEARN),
)

# On a GPU: what computes with torch, once more.
ON_CUDA = tuple(
    Entry(
        f"{e.name} (cuda)",
        f"{e.key}-cuda",
        e.code,
        device="cuda",
        momentum=e.momentum,
        floor=f"{e.floor}-cuda" if e.floor else None,
    )
    for e in ENTRIES
    if e.code[0] == TORCH
)

# Multiplied before and after each measurement: what it shows of the machine's speed is divided out.
REFERENCE = Entry("reference", "reference", ("numpy_contenders", "Reference"))
