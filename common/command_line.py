"""From the command line to a checked configuration, and from a user's error to exit code 2."""

import itertools
import os
import signal
import sys
from collections.abc import Callable
from typing import TypeVar

import numpy as np
import tyro

from common.configuration import REPOSITORY, Configuration, option_name, option_value
from common.errors import UserError
from common.run_folder import CONFIG, read_configuration, read_json
from data.mnist import DATASETS

C = TypeVar("C", bound=Configuration)

# These say where and how a run is computed, not what it computes: they may change on --resume.
FREE_ON_RESUME = {"run_dir", "resume", "overwrite", "data_root", "device"}


def parse(configuration_class: type[C], tier: str, description: str, arguments: list[str]) -> C:
    """Read a run's configuration from the command line.

    With --resume, options that are not given come from the run that it continues.

    Raises:
        UserError: for a value outside its limits, a network that does not fit into memory, or
            an option that would change a resumed run.
    """
    given = _parse(configuration_class, tier, description, arguments)
    if given.resume:
        saved_tier = read_json(given.run_dir / CONFIG).get("tier")
        if saved_tier != tier:
            raise UserError(
                f"--resume: the run in {given.run_dir} is one of tier {saved_tier}; continue it"
                " with that tier's script"
            )
        saved = read_configuration(given.run_dir, configuration_class)
        merged = _parse(configuration_class, tier, description, arguments, default=saved)
        for field in configuration_class.model_fields:
            before, now = (option_value(getattr(c, field)) for c in (saved, merged))
            if before != now and field not in FREE_ON_RESUME:
                raise UserError(
                    f"{option_name(field)} {now}: the run in {given.run_dir} has {before}, and"
                    " --resume continues it unchanged; leave the option out, or start another"
                    " run with --run-dir"
                )
        given = merged
    check_memory(given)
    return given


def _parse(
    configuration_class: type[C],
    tier: str,
    description: str,
    arguments: list[str],
    default: C | None = None,
) -> C:
    options = {} if default is None else {"default": default}
    configuration = tyro.cli(
        configuration_class, args=arguments, description=description, **options
    )
    if configuration.run_dir is None:
        return configuration.model_copy(update={"run_dir": REPOSITORY / "runs" / tier})
    return configuration


def check_memory(configuration: Configuration) -> None:
    """Refuse a network whose training needs more memory than the machine has.

    Raises:
        UserError: names the memory needed (GB), the machine's, and the remedy.
    """
    sizes = configuration.layer_sizes
    parameters = sum(d_out * (d_in + 1) for d_in, d_out in itertools.pairwise(sizes))
    # The test set goes through the network at once.
    rows = max(configuration.batch_size, DATASETS[configuration.dataset].test)
    activations = rows * sum(sizes)
    # Parameters, gradients, up to two moments of the optimizer, and a copy for a checkpoint.
    needed = (5 * parameters + 4 * activations) * np.dtype(configuration.dtype).itemsize
    available = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if needed > available:
        raise UserError(
            f"--hidden {' '.join(map(str, configuration.hidden))}: training needs about"
            f" {needed / 1e9:,.0f} GB and this machine has {available / 1e9:,.0f} GB;"
            " choose smaller widths"
        )


def run_script(main: Callable[[list[str]], None]) -> None:
    """Call a script's main; tell a user's error in one line and leave with exit code 2.

    Ctrl-C before a run has begun to listen for it, or given twice, leaves with 130.
    """
    try:
        main(sys.argv[1:])
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        raise SystemExit(2) from None
    except KeyboardInterrupt:
        raise SystemExit(128 + signal.SIGINT) from None
