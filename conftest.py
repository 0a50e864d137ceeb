"""Shared by all tests: shapes checked at run time, one thread, and the real MNIST."""

import os
from pathlib import Path

import pytest

# The tests' networks are small: threads would only wait for each other. The variables reach torch,
# which is loaded later, and child processes; a plugin of pytest may have loaded NumPy before.
for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy as np  # noqa: F401 - loads the library that is limited next
from hypothesis import settings
from jaxtyping import install_import_hook
from threadpoolctl import threadpool_limits

threadpool_limits(1)

settings.register_profile("thorough", max_examples=2000)  # --hypothesis-profile=thorough

ROOT = Path(__file__).parent
TIER_FOLDERS = ("numpy", "pytorch_lowlevel", "paper")
TIER_MODULES = [
    path.stem
    for folder in TIER_FOLDERS
    for path in (ROOT / folder).glob("*.py")
    if not path.stem.startswith("test_")
]

# The shapes that the annotations claim are checked at every call that a test makes.
install_import_hook([*TIER_MODULES, "common", "data"], "beartype.beartype")

from data.datasets import Dataset, load_dataset


@pytest.fixture(scope="session")
def mnist_root() -> Path:
    """The folder that holds MNIST/raw; without MNIST the tests fail rather than skip."""
    root = ROOT / "data"
    load_dataset("mnist", root)
    return root


@pytest.fixture(scope="session")
def mnist(mnist_root: Path) -> Dataset:
    """The real MNIST in float32."""
    return load_dataset("mnist", mnist_root)
