"""What the measured seconds of a run depend on, for config.json."""

import os
import platform
from importlib.metadata import version
from typing import Any

from threadpoolctl import threadpool_info

from common.processor import processor_name


def environment() -> dict[str, Any]:
    """Versions, processor, and the libraries that compute the products."""
    return {
        "python": platform.python_version(),
        "numpy": version("numpy"),
        "torch": version("torch"),
        "processor": processor_name(),
        "processors": os.cpu_count(),
        "openblas_coretype": os.environ.get("OPENBLAS_CORETYPE"),
        "libraries": loaded_libraries(),
    }


def loaded_libraries() -> list[dict[str, Any]]:
    """The matrix-product and thread libraries of this process: kernels and number of threads."""
    columns = ("internal_api", "version", "architecture", "num_threads")
    return [{name: library.get(name) for name in columns} for library in threadpool_info()]
