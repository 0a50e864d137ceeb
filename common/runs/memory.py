"""What memory a training's own arrays take, and what to say where there is less."""

import errno
import re
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import numpy as np
import psutil

from common.examples import CHUNK_ROWS
from common.options import option_value
from common.runs.options import RunOptions
from data.datasets import DATASETS
from data.errors import UserError

try:
    import resource
except ImportError:  # Windows, which has no such limits
    resource = None

CONTAINER_LIMIT = Path("/sys/fs/cgroup/memory.max")
STEP_BYTES = 3 * 8 + 24  # an entry in each of the history's lists, and a loss


def estimate_memory(options: RunOptions) -> int:
    """The bytes of a training's arrays: data set, parameters, and what a minibatch leaves.

    What the libraries take, and arrays that pass at once, come on top.
    """
    description = DATASETS[options.dataset]
    sizes = options.layer_sizes(description.inputs, description.classes)
    parameters = sum((d_in + 1) * d_out for d_in, d_out in pairwise(sizes))
    moments = bool(options.momentum) if options.optimizer == "sgd" else 2
    examples = description.train + description.validation + description.test
    rows = max(options.batch_size, min(CHUNK_ROWS, description.test))
    numbers = (
        examples * description.inputs
        + parameters * (2 + moments)  # and their gradients
        + rows * (sizes[0] + 2 * sum(sizes[1:]))  # pre-activations and activations
    )
    steps = options.steps_per_epoch(description.train) * options.epochs
    return numbers * np.dtype(options.dtype).itemsize + steps * STEP_BYTES


def available_memory() -> int:
    """The bytes that this process can still have: of the machine, its container and its ulimit."""
    used = psutil.Process().memory_info()
    available = [psutil.virtual_memory().available]
    with suppress(OSError, ValueError):  # in no container; one without a limit says "max"
        available.append(int(CONTAINER_LIMIT.read_text()) - used.rss)
    if resource is not None:
        limit, _ = resource.getrlimit(resource.RLIMIT_AS)
        if limit != resource.RLIM_INFINITY:
            available.append(limit - used.vms)
    return max(0, min(available))


def check_memory(options: RunOptions) -> None:
    """Refuse a training whose arrays do not fit into memory.

    Raises:
        UserError: names the options that memory grows with, what they need and what there is.
    """
    needed, available = estimate_memory(options), available_memory()
    if needed > available:
        raise UserError(
            f"--hidden {option_value(options.hidden)} --batch-size {options.batch_size} --epochs"
            f" {options.epochs}: the arrays of this training take {needed / 1e9:,.1f} GB, and"
            f" {available / 1e9:,.1f} GB are available; choose smaller ones, or train where there"
            " is more"
        )


def out_of_memory(error: BaseException) -> bool:
    """Whether the error says that memory could not be allocated.

    Python and NumPy have a type for it, and so has torch for a GPU. On the CPU torch raises a
    RuntimeError, and the system an OSError or, where a library is loaded, an ImportError.
    """
    text = str(error).lower()
    words = ("can't allocate memory", "not enough memory", "out of memory")
    return (
        isinstance(error, MemoryError)
        or (isinstance(error, OSError) and error.errno == errno.ENOMEM)
        or (isinstance(error, RuntimeError) and any(word in text for word in words))
        or (isinstance(error, ImportError) and "failed to map segment" in text)
    )


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
