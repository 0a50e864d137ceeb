"""What memory a process may have, and which errors say that there is no more."""

import errno
import sys
from types import SimpleNamespace

import numpy as np
import psutil
import pytest
import torch
from train_scripts import run_child

from common.runs import memory
from common.runs.memory import available_memory, out_of_memory, out_of_memory_message

GB = 10**9
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's limits and figures")


# --- what there is --------------------------------------------------------------------------------


@pytest.fixture
def groups(tmp_path, monkeypatch):
    """Files of control groups: give their contents, and the process's own path."""
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(total=24 * GB))
    monkeypatch.setattr(memory, "CGROUPS", tmp_path / "cgroup")
    monkeypatch.setattr(memory, "CGROUP_OF_PROCESS", tmp_path / "own")
    monkeypatch.setattr(memory, "resource", None)

    def write(own, **limits):
        (tmp_path / "own").write_text(own)
        for name, limit in limits.items():
            path = tmp_path / "cgroup" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{limit}\n")

    return write


@pytest.mark.parametrize(
    "own, limits, expected",
    [
        ("0::/a/b\n", {"a/b/memory.max": 3 * GB}, 3 * GB),
        ("0::/a/b\n", {"a/b/memory.max": "max"}, None),
        ("0::/a/b\n", {"a/b/memory.max": 30 * GB}, None),  # more than the machine has
        ("0::/a/b\n", {"a/b/memory.max": "max", "a/memory.max": 2 * GB}, 2 * GB),  # of the parent
        ("0::/a/b\n", {"a/b/memory.max": 3 * GB, "a/memory.max": 2 * GB}, 2 * GB),
        ("0::/a/b\n", {"a/c/memory.max": 1 * GB, "memory.max": 5 * GB}, 5 * GB),
        ("0::/\n", {"memory.max": 4 * GB}, 4 * GB),  # in a container
        ("0::/../c\n", {"memory.max": 4 * GB}, 4 * GB),
        ("0::/a\n", {"../memory.max": GB, "a/memory.max": 4 * GB}, 4 * GB),  # not of the groups
        ("4:memory:/a\n0::/\n", {"memory/a/memory.limit_in_bytes": 6 * GB}, 6 * GB),
        ("4:cpu,memory:/a\n", {"memory/memory.limit_in_bytes": 6 * GB}, 6 * GB),
        ("4:cpu:/a\n", {"memory/a/memory.limit_in_bytes": 6 * GB}, None),
        ("4:memory:/a\n", {"memory/a/memory.limit_in_bytes": 2**63 - 4096}, None),
        ("4:cpu:/\n0::/a\n", {"unified/a/memory.max": 6 * GB}, 6 * GB),
        ("0::/a:b\n", {"a:b/memory.max": 6 * GB}, 6 * GB),
    ],
)
def test_limits_of_control_groups(own, limits, expected, groups):
    groups(own, **limits)
    allowed = (expected, "the control group allows")
    assert available_memory() == (allowed if expected else (24 * GB, "this machine has"))


def test_no_control_groups(groups):
    assert available_memory() == (24 * GB, "this machine has")


def test_resource_limits(groups, monkeypatch):
    used = SimpleNamespace(rss=50_000_000, vms=80_000_000, data=60_000_000)
    monkeypatch.setattr(psutil, "Process", lambda: SimpleNamespace(memory_info=lambda: used))
    limits = {"RLIMIT_AS": -1, "RLIMIT_DATA": -1}
    fake = SimpleNamespace(
        **{name: name for name in limits}, RLIM_INFINITY=-1, getrlimit=lambda n: (limits[n], -1)
    )
    monkeypatch.setattr(memory, "resource", fake)
    assert available_memory() == (24 * GB, "this machine has")
    # Of the 80 MB that are reserved, 30 are not in use, and count against the limit all the same.
    limits["RLIMIT_AS"] = 2 * GB
    assert available_memory() == (2 * GB - 30_000_000, "ulimit -v leaves")
    limits["RLIMIT_DATA"] = GB
    assert available_memory() == (GB - 10_000_000, "ulimit -d leaves")


LIMITED = """
import resource, sys
import numpy
from common.runs.memory import available_memory

kind, limit = getattr(resource, sys.argv[1]), int(sys.argv[2])
resource.setrlimit(kind, (limit, limit))
print(*available_memory())
"""


@linux_only
@pytest.mark.parametrize("kind, words", [("AS", "ulimit -v leaves"), ("DATA", "ulimit -d leaves")])
def test_resource_limits_are_those_of_the_system(kind, words):
    available, *found = run_child(LIMITED, f"RLIMIT_{kind}", "1500000000").split()
    assert " ".join(found) == words
    assert 1_200_000_000 < int(available) < 1_500_000_000


# --- errors of allocation -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "error, words",
    [
        (MemoryError(), "out of memory; choose"),
        (
            np._core._exceptions._ArrayMemoryError((2**40,), np.dtype("f4")),
            "memory (4,398,047 MB more",
        ),
        (
            RuntimeError("[enforce fail] CPUAllocator: not enough memory: you tried to"),
            "memory; ch",
        ),
        (
            torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."),
            "GPU memory (2,147 MB",
        ),
        (RuntimeError("CUDA error: out of memory"), "out of GPU memory; choose"),
        (OSError(errno.ENOMEM, "Cannot allocate memory"), "out of memory; choose"),
        (ImportError("lib.so: failed to map segment from shared object"), "out of memory; choose"),
    ],
)
def test_errors_that_mean_memory(error, words):
    assert out_of_memory(error)
    line = out_of_memory_message(error)
    assert words in line and "\n" not in line
    assert line.endswith("choose smaller --hidden widths or a smaller --batch-size")


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("mat1 and mat2 shapes cannot be multiplied"),
        OSError(errno.ENOSPC, "No space left on device"),
        ImportError("No module named 'torch'"),
        ValueError("out of memory"),
        KeyboardInterrupt(),
    ],
)
def test_errors_that_mean_something_else(error):
    assert not out_of_memory(error)
