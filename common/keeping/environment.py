"""What the measured seconds of a run depend on, for config.json."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from threadpoolctl import threadpool_info

from common.keeping.processor import processor_name


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
    }


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
