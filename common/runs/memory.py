"""How much memory a training needs, how much there is, and what to say where it is too little.

Estimated and measured peaks in MB, one thread, on Linux with glibc, NumPy 2.4 and torch 2.15 (its
build for CUDA, on the CPU); in 23 settings the estimates of each tier were 0.91 to 1.13 times what
was measured:

    setting                                                      tier 1      tier 2      tier 3
    xor, hidden 2                                                66/63     589/589     742/741
    mnist, the defaults                                        341/339     864/850    1017/971
    digits, hidden 6000 6000, batch size 1297, adamw         1663/1675   2436/2318   2589/2494
    digits, hidden 3000 3000 3000, adam, float64             1664/1630   2235/2190   2388/2325
    mnist, hidden 2000 2000, batch size 20000                1178/1147   1681/1615   1809/1736
    mnist, hidden 500 500 500 500, batch size 10000            473/505   1146/1160   1299/1327
    the same with softsign and mean squared error              493/508   1471/1621   1624/1650
    mnist, hidden 2000 1000, batch size 20000, sigmoid,
        float64                                              2676/2532   2527/2237   2648/2385
    mnist, hidden 1000 1000 1000, batch size 20000, adamw,
        batch norm, dropout                                  1816/1729   2705/2526   2316/2116
"""

import errno
import itertools
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from common.examples import CHUNK_ROWS
from common.options import option_name, option_value
from common.runs.options import RunOptions
from data.datasets import DATASETS
from data.errors import UserError

try:
    import resource
except ImportError:  # Windows, which has no such limits
    resource = None

MB = 1_000_000

# Python with torch 2.15's build for CUDA, for who asks about tiers 2 and 3 before torch is loaded.
TORCH = 575 * MB
# What is loaded after the options are read: the kernels of the first step; in tier 3 the compiler,
# which torch.optim imports; scikit-learn for the data sets that come from it.
LOADED_LATER = {"numpy": 5 * MB, "lowlevel": 17 * MB, "paper": 170 * MB}
SCIKIT_LEARN = 80 * MB
FROM_SCIKIT_LEARN = ("digits", "moons", "circles")
# What a step leaves in the history, and the lines that are written of it.
STEP_BYTES = 200
# What the C library keeps of freed memory: a share of all, and of torch's arrays below 32 MiB,
# which lie between others on its heap, as much again.
KEPT = 1.1
KEPT_OF_SMALL = 2.0
SMALL = 2**25

CGROUP_OF_PROCESS = Path("/proc/self/cgroup")
CGROUPS = Path("/sys/fs/cgroup")


def estimate_memory(options: RunOptions, tier: str) -> int:
    """The bytes that a process needs to train with these options, at its peak.

    What this process has in memory already counts: it is the one that trains. (Where it has not
    loaded torch, the process of tier 2 or 3 is another one, that has.) On a GPU the arrays of the
    steps lie in the GPU's own memory, and are not counted.
    """
    description = DATASETS[options.dataset]
    arrays = _Arrays(options, tier)
    examples = description.train + description.validation + description.test
    data = examples * (description.inputs * arrays.itemsize + np.dtype(np.int64).itemsize)
    if options.loss != "softmax-cross-entropy":
        data += examples * arrays.widths[-1] * arrays.itemsize
    steps = options.steps_per_epoch(description.train) * options.epochs
    peak = max(
        examples * description.inputs,  # the pixels as they are stored, a byte for each
        arrays.of_drawing(),
        arrays.of_step(options.batch_size),
        arrays.of_evaluation(min(CHUNK_ROWS, max(description.validation, description.test))),
        arrays.of_saving(),
        arrays.of_loading() if options.resume else 0,
    )
    libraries = LOADED_LATER[tier] + (SCIKIT_LEARN if options.dataset in FROM_SCIKIT_LEARN else 0)
    if tier == "numpy" or "torch" in sys.modules:
        libraries += psutil.Process().memory_info().rss
    else:
        libraries += TORCH
    return int(libraries + data + steps * STEP_BYTES + peak)


class _Arrays:
    """The bytes of a tier's arrays, data set apart, in each stage of a training.

    Which arrays there are at once is read off the tier's code.
    """

    def __init__(self, options: RunOptions, tier: str) -> None:
        self.options, self.tier = options, tier
        description = DATASETS[options.dataset]
        self.widths = options.layer_sizes(description.inputs, description.classes)
        self.itemsize = np.dtype(options.dtype).itemsize
        weights = [d_in * d_out for d_in, d_out in itertools.pairwise(self.widths)]
        self.entries = sum(weights) + sum(self.widths[1:])
        self.parameters = self.entries * self.itemsize
        self.largest_weight = max(weights) * self.itemsize
        self.moments = self._moments() * self.parameters
        self.state = self.parameters + self.moments
        self.on_gpu = _on_gpu(options, tier)

    def of_drawing(self) -> int:
        """The parameters, and all initial weights in float64; tier 1 has its gradients already."""
        drawn = self.entries * np.dtype(np.float64).itemsize
        return drawn + self.parameters * (2 if self.tier == "numpy" else 1)

    def of_step(self, rows: int) -> float:
        """A step with so many rows: parameters, gradients, moments, and the minibatch's arrays.

        Or, instead of the latter, those that the update makes on its way; but tier 1's layers keep
        theirs during the update. Tier 2's loop has the gradients of the step before until it has
        computed the next.
        """
        if self.on_gpu:
            return 0.0
        held = KEPT * (self.state + self.parameters)
        update = KEPT * self._arrays_of_update() * self.largest_weight
        if self.tier == "numpy":
            kept, passing = self._minibatch(rows)
            return held + KEPT * kept + max(KEPT * passing, update)
        gradients_before = KEPT * self.parameters if self.tier == "lowlevel" else 0.0
        return held + max(gradients_before + self._of_autograd(rows), update)

    def of_evaluation(self, rows: int) -> float:
        """A chunk's forward pass, after a step. Autograd keeps nothing here; tier 1's layers do."""
        if self.on_gpu:
            return 0.0
        kept = sum(self.widths) if self.tier == "numpy" else 0
        chunk = rows * (kept + 2 * max(self.widths[1:])) * self.itemsize
        return KEPT * (self.state + self.parameters + chunk)

    def of_saving(self) -> int:
        """A checkpoint is written as it lies in memory, or copied there from the GPU."""
        return self.state if self.on_gpu else 0

    def of_loading(self) -> int:
        """A checkpoint's arrays, beside what is there before the first step.

        Tiers 2 and 3 then make tensors of them; tier 3's optimizer has none yet, shows zeros, and
        copies once more.
        """
        if self.tier == "numpy":
            return self.state + self.parameters + self.state
        if self.tier == "lowlevel":
            there = 0 if self.on_gpu else self.state
            return there + self.state + max(self.parameters, self.moments)
        there = 0 if self.on_gpu else self.parameters
        return there + self.state + max(self.parameters, 3 * self.moments)

    def _moments(self) -> int:
        """How many numbers the optimizer keeps for each parameter."""
        if self.options.optimizer == "sgd":
            return 1 if self.options.momentum else 0
        return 2

    def _minibatch(self, rows: int) -> tuple[float, float]:
        """What so many rows need: arrays kept for the backward pass, and those passing at once."""
        kept, passing = 1.0, 2.0  # of each hidden layer; as wide as the widest
        if self.options.dropout:
            kept += 2  # the mask, and what it leaves
        if self.options.batch_norm:
            # The normalized input; autograd keeps all that tier 2 writes as an operation.
            kept += 3 if self.tier == "lowlevel" else 1
        if self.options.activation == "softsign" and self.tier != "numpy":
            kept += 2  # both sides of the quotient
        if self.tier == "numpy":
            passing = {"sigmoid": 4.0, "softsign": 3.0}.get(self.options.activation, 2.25)
            passing = max(passing, 3.25 if self.options.dropout else 0)
            passing = max(passing, 4.0 if self.options.batch_norm else 0)
        inputs, *widths = self.widths
        # The next minibatch's images are gathered before the last one's go.
        return (
            rows * (inputs + kept * sum(widths)) * self.itemsize,
            rows * max(float(inputs), passing * max(widths)) * self.itemsize,
        )

    def _of_autograd(self, rows: int) -> float:
        """The same in tiers 2 and 3, with what the C library keeps of it."""
        return sum(self._minibatch(rows)) * (KEPT_OF_SMALL if self._small(rows) else KEPT)

    def _small(self, rows: int) -> bool:
        return rows * max(self.widths[1:]) * self.itemsize < SMALL

    def _arrays_of_update(self) -> int:
        """Arrays of the largest weight's shape that its update makes on the way."""
        if self.tier == "paper":
            return 0  # fused: each entry at once
        optimizer, nesterov = self.options.optimizer, self.options.nesterov
        decays = self.options.weight_decay > 0 and optimizer != "adamw"
        if self.tier == "numpy":
            if optimizer == "sgd":
                return 2 if decays or nesterov else 1
            return 3 if decays else 2
        if optimizer == "sgd":
            return (2 if decays else 0) + (1 if decays and nesterov else 2 if nesterov else 0)
        return 2 if decays else 1


def _on_gpu(options: RunOptions, tier: str) -> bool:
    device = "cpu" if tier == "numpy" else getattr(options, "device", "cpu")
    if device == "auto":
        torch = sys.modules.get("torch")
        return torch is not None and torch.cuda.is_available()
    return device == "cuda"


def available_memory() -> tuple[int, str]:
    """The bytes that this process may use at most, and what sets that limit, as "ulimit -v leaves".

    The least of the machine's memory, the limits of the control groups (containers) that the
    process is in, and its resource limits. These count the addresses that are reserved, of which
    torch's libraries never use 2.6 GB: what is reserved beyond what is used now counts as gone.
    """
    return min(
        [(psutil.virtual_memory().total, "this machine has"), *_group_limits(), *_own_limits()]
    )


def _group_limits() -> Iterator[tuple[int, str]]:
    """Of version 1 and 2, and of the groups above: a group's limit holds for those in it."""
    try:
        lines = CGROUP_OF_PROCESS.read_text().splitlines()
    except OSError:  # not on Linux
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers == "":
            roots, name = (CGROUPS, CGROUPS / "unified"), "memory.max"
        elif "memory" in controllers.split(","):
            roots, name = (CGROUPS / "memory",), "memory.limit_in_bytes"
        else:
            continue
        for root in roots:
            group = root / path.lstrip("/")
            for folder in (group, *group.parents):
                if folder.is_relative_to(root):
                    # Missing in the top group; "max" where there is no limit. A container may not
                    # see its own path.
                    with suppress(OSError, ValueError):
                        yield int((folder / name).read_text()), "the control group allows"


def _own_limits() -> Iterator[tuple[int, str]]:
    if resource is None:
        return
    used = psutil.Process().memory_info()
    for limit, reserved, words in (
        (resource.RLIMIT_AS, used.vms, "ulimit -v leaves"),
        (resource.RLIMIT_DATA, getattr(used, "data", used.rss), "ulimit -d leaves"),
    ):
        soft, _ = resource.getrlimit(limit)
        if soft != resource.RLIM_INFINITY:
            yield soft - (reserved - used.rss), words


def check_memory(options: RunOptions, tier: str) -> None:
    """Refuse a training that needs more memory than there is.

    Raises:
        UserError: names the option that asks for it, the memory needed (GB), what there is, and
            what would help.
    """
    needed = estimate_memory(options, tier)
    available, whose = available_memory()
    if needed <= available:
        return
    amounts = (
        f"training needs about {needed / 1e9:,.1f} GB and {whose} {max(available, 0) / 1e9:,.1f} GB"
    )
    if options.resume:  # which changes neither widths nor batch size
        raise UserError(f"--resume: {amounts}; continue where there is more")
    # Each option that memory grows with: a small value, and how to say so.
    small: dict[str, tuple[Any, str]] = {
        "hidden": ((1,) * len(options.hidden), "smaller widths"),
        "batch_size": (min(32, options.batch_size), "a smaller --batch-size"),
        "epochs": (1, "fewer --epochs"),
    }

    def with_small(*fields: str) -> int:
        changes = {field: small[field][0] for field in fields}
        return estimate_memory(options.replace(**changes), tier)

    best, *_ = fields = sorted(small, key=with_small)
    joined, helpful = " or ", [field for field in fields if with_small(field) <= available]
    if not helpful and with_small(*fields) <= available:
        joined, helpful = " and ", [field for field in fields if with_small(field) < 0.9 * needed]
    if helpful:
        remedy = "choose " + joined.join(small[field][1] for field in helpful)
    else:
        best, remedy = "dataset", "choose a smaller one, or train where there is more"
    value = option_value(getattr(options, best))
    raise UserError(f"{option_name(best)} {value}: {amounts}; {remedy}")


def out_of_memory(error: BaseException) -> bool:
    """Whether the error says that memory could not be allocated.

    Python and NumPy have a type for it, and so has torch for a GPU. On the CPU torch raises a
    RuntimeError, and the system an OSError or, where a library is loaded, an ImportError.
    """
    if isinstance(error, MemoryError):
        return True
    if isinstance(error, OSError):
        return error.errno == errno.ENOMEM
    text = str(error).lower()
    if isinstance(error, RuntimeError):
        words = ("can't allocate memory", "not enough memory", "out of memory")
        return type(error).__name__ == "OutOfMemoryError" or any(word in text for word in words)
    return isinstance(error, ImportError) and "failed to map segment" in text


def out_of_memory_message(error: BaseException) -> str:
    """One line for an error of which `out_of_memory` is true."""
    text = str(error)
    where = "GPU memory" if "cuda" in text.lower() else "memory"
    # All of them say how much in these words; the rest is for programmers.
    asked = re.search(r"allocate ([\d.]+) (bytes|KiB|MiB|GiB|TiB)", text)
    amount = ""
    if asked:
        units = {"bytes": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}
        megabytes = float(asked[1]) * units[asked[2]] / 1e6
        amount = f" ({megabytes:,.0f} MB more could not be allocated)"
    return f"out of {where}{amount}; choose smaller --hidden widths or a smaller --batch-size"
