"""The page in the browser: python -m play"""

import os

# Each product with one thread: the networks are small, and threads would wait for each other.
for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

from common.cli.command_line import run_script
from play.command import main

if __name__ == "__main__":
    run_script(main)
