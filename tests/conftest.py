"""Shared by the tests of the train scripts."""

import numpy as np
import pytest
from train_scripts import TRAIN_SCRIPTS


@pytest.fixture(params=TRAIN_SCRIPTS)
def tier(request) -> str:
    """Has the test run once for each tier."""
    return request.param


@pytest.fixture(autouse=True)
def _floating_point_errors_as_before():
    with np.errstate():  # train_numpy.main silences some for its process
        yield
