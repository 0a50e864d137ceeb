"""What a run's digits and seconds depend on besides its options, for config.json."""

import hashlib
import os
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_info, threadpool_limits

from common.runs.options import REPOSITORY


def environment() -> dict[str, Any]:
    """Versions, processor, and the libraries that compute the products."""
    return {
        "python": platform.python_version(),
        "numpy": installed_version("numpy"),
        "torch": installed_version("torch"),
        "processor": processor_name(),
        "processors": os.cpu_count(),
        "openblas_coretype": os.environ.get("OPENBLAS_CORETYPE"),
        "libraries": loaded_libraries(),
        "code": code_checksum(),
    }


def processor_name() -> str:
    """Such as "AMD EPYC 9B14"."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:  # not Linux
        return platform.processor()
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor()


@contextmanager
def limited_threads(threads: int) -> Iterator[None]:
    """In the `with` block, matrix products use so many threads, NumPy's and torch's."""
    torch = sys.modules.get("torch")  # it asks for the number by its own means, too
    before = torch.get_num_threads() if torch else 0
    with threadpool_limits(threads):
        if torch:
            torch.set_num_threads(threads)
        try:
            yield
        finally:
            if torch:
                torch.set_num_threads(before)


def code_checksum() -> str:
    """The SHA-256 of the Python files that decide what a training computes."""
    digest = hashlib.sha256()
    for folder in ("common", "data", "numpy", "pytorch_lowlevel", "paper"):
        for path in sorted((REPOSITORY / folder).rglob("*.py")):
            if not path.name.startswith("test_"):
                digest.update(f"{path.relative_to(REPOSITORY)}\n".encode() + path.read_bytes())
    return digest.hexdigest()


def loaded_libraries() -> list[dict[str, Any]]:
    """The matrix-product and thread libraries of this process: kernels and number of threads."""
    columns = ("internal_api", "version", "architecture", "num_threads")
    return [{name: library.get(name) for name in columns} for library in threadpool_info()]


def installed_version(distribution: str) -> str | None:
    """The version of an installed library, None where it is not installed."""
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None
