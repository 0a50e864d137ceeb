"""Shared by all tests: shapes checked at run time, one thread, and the real MNIST."""

import os
from pathlib import Path

import pytest

# The tests' networks are small: threads would only wait for each other. Set before NumPy loads.
for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

from jaxtyping import install_import_hook  # noqa: E402

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


@pytest.fixture(scope="session")
def mnist_root() -> Path:
    """The folder that holds MNIST/raw. Without it the tests fail rather than skip."""
    root = ROOT / "data"
    if not list((root / "MNIST" / "raw").glob("train-images-idx3-ubyte*")):
        pytest.fail(f"the tests need MNIST in {root / 'MNIST' / 'raw'}: run make compare once")
    return root
