"""Shared by all tests: shapes checked at run time, one thread, a guard, and the real MNIST."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

# The tests' networks are small: threads would only wait for each other. The variables reach torch,
# which is loaded later, and child processes; a plugin of pytest may have loaded NumPy before.
for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy as np
from hypothesis import settings
from jaxtyping import install_import_hook
from threadpoolctl import threadpool_limits

threadpool_limits(1)

# Each run draws others. For more of them at once: --hypothesis-profile=thorough
settings.register_profile("quick", max_examples=30)
settings.register_profile("thorough", max_examples=2000)
settings.load_profile("quick")

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

# pytest names the test that runs; the others are set once, when torch or scikit-learn is loaded.
SET_BY_LIBRARIES = {
    "PYTEST_CURRENT_TEST",
    "TORCHINDUCTOR_CACHE_DIR",
    "KMP_INIT_AT_FORK",
    "KMP_DUPLICATE_LIB_OK",
}


def process_state() -> dict[str, Any]:
    """What a test could leave changed for the tests after it."""
    names = os.environ.keys() - SET_BY_LIBRARIES
    state: dict[str, Any] = {f"os.environ[{name!r}]": os.environ[name] for name in names}
    state |= {"the working folder": os.getcwd(), "sys.path": list(sys.path)}
    state |= {str(number): signal.getsignal(number) for number in signal.valid_signals()}
    state |= {"np.geterr()": np.geterr()}
    if torch := sys.modules.get("torch"):  # a test of tier 1 alone need not load it
        state["torch.get_num_threads()"] = torch.get_num_threads()
        state["torch.get_default_dtype()"] = torch.get_default_dtype()
    return state


def guard() -> Iterator[None]:
    """Fail the test that leaves this process changed."""
    torch_was_loaded, before = "torch" in sys.modules, process_state()
    yield
    after = process_state()
    left = [
        f"{name}: {before.get(name)!r} before, {after.get(name)!r} after"
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
        and (torch_was_loaded or not name.startswith("torch."))
    ]
    if left:
        pytest.fail("leaves this process changed: " + "; ".join(left), pytrace=False)


guard_of_a_test = pytest.fixture(autouse=True)(guard)
guard_of_a_file = pytest.fixture(autouse=True, scope="module")(guard)  # its fixtures' own ends


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
