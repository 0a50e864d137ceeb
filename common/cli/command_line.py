"""From the command line to a checked configuration, and from a user's error to exit code 2."""

import signal
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TypeVar

import tyro

from common.distributed.torchrun_env import (
    one_process,
    restart_count,
    restarts_allowed,
)
from common.options import option_name, option_value
from common.runs.memory import check_memory, out_of_memory, out_of_memory_message
from common.runs.options import REPOSITORY, RunOptions
from common.runs.run import Follower, Run, TrainSteps
from common.runs.run_folder import CHECKPOINT, TEST, read_description, read_options
from data.datasets import DatasetUnavailable, load_dataset
from data.errors import UserError, one_line

O = TypeVar("O", bound=RunOptions)  # noqa: E741

# These say where and how a run is computed, not what it computes: they may change on --resume.
FREE_ON_RESUME = {"run_dir", "resume", "overwrite", "data_root", "device"}

# The libraries that tier 1 does without, and the extra of pyproject.toml that brings each.
EXTRAS = {"torch": "torch", "matplotlib": "figures", "networkx": "figures"}


def parse(options_class: type[O], tier: str, description: str, arguments: list[str]) -> O:
    """Read a run's configuration from the command line.

    With --resume, options that are not given come from the run that it continues. Where torchrun
    may start the training again, --resume begins one if there is none.

    Raises:
        UserError: for a value outside its limits, a network that does not fit into memory, or
            an option that would change a resumed run.
    """
    given = _parse(options_class, tier, description, arguments)
    if given.resume and restarts_allowed() and not _holds(given, CHECKPOINT):
        # Every start gets the same words, and the first one has nothing to continue.
        given = given.replace(resume=False, overwrite=True)
    if given.resume and restart_count() and _holds(given, TEST):
        raise SystemExit(0)  # a process ended when the run was finished
    if given.resume:
        assert given.run_dir is not None  # _parse has set it
        saved_tier = read_description(given.run_dir).tier
        if saved_tier != tier:
            raise UserError(
                f"--resume: the run in {given.run_dir} is one of tier {saved_tier}; continue it"
                " with that tier's script"
            )
        saved = read_options(given.run_dir, options_class)
        merged = _parse(options_class, tier, description, arguments, default=saved)
        for field in options_class.option_fields():
            before, now = getattr(saved, field), getattr(merged, field)
            if before != now and field not in FREE_ON_RESUME:
                raise UserError(
                    f"{option_name(field)} {option_value(now)}: the run in {given.run_dir} has"
                    f" {option_value(before)}, and"
                    " --resume continues it unchanged; leave the option out, or start another"
                    " run with --run-dir"
                )
        given = merged
    check_memory(given)
    return given


def _holds(options: RunOptions, name: str) -> bool:
    return (options.run_dir is not None) and (options.run_dir / name).exists()


def _parse(
    options_class: type[O],
    tier: str,
    description: str,
    arguments: list[str],
    default: O | None = None,
) -> O:
    if default is None:
        given = tyro.cli(options_class, args=arguments, description=description)
    else:
        given = tyro.cli(options_class, args=arguments, description=description, default=default)
    if given.run_dir is None:
        return given.replace(run_dir=REPOSITORY / "runs" / tier)
    return given


def train_as_run(
    train_steps: TrainSteps,
    tier: str,
    options_class: type[RunOptions],
    description: str,
    arguments: list[str],
    processes: Callable[[], AbstractContextManager[int]] = one_process,
) -> None:
    """What a train script does: read the options, load the data, train, and keep the run.

    Args:
        train_steps: the tier's.
        tier: its name, as run folders show it.
        options_class: its options.
        description: the first line of --help.
        arguments: of the command line.
        processes: the context in which those that torchrun has started train together;
            yields this one's rank.

    Raises:
        UserError: for bad input or surroundings, before the first step; or where it diverges.
    """
    with processes() as rank:
        options = parse(options_class, tier, description, arguments)
        kept = Run if rank == 0 else Follower
        with kept(options, tier) as run:
            try:
                dataset = load_dataset(options.dataset, options.data_root, options.dtype)
            except DatasetUnavailable as error:
                raise UserError(f"{error}, or train on --dataset digits") from None
            for _ in run.steps(train_steps, dataset):
                pass


def missing_library(name: str) -> str:
    """What to do where one of EXTRAS is not installed."""
    return f'needs {name}: .venv/bin/python -m pip install --editable ".[{EXTRAS[name]}]"'


def run_script(main: Callable[[list[str]], None]) -> None:
    """Call a script's main; tell a user's error in one line and leave with exit code 2.

    Ctrl-C before a run has begun to listen for it, or given twice, leaves with 130.
    """
    try:
        main(sys.argv[1:])
    except UserError as error:
        print(f"error: {one_line(error)}", file=sys.stderr)
        raise SystemExit(2) from None
    except KeyboardInterrupt:
        raise SystemExit(128 + signal.SIGINT) from None
    except ModuleNotFoundError as error:
        if error.name not in EXTRAS:
            raise
        print(f"error: {missing_library(error.name)}", file=sys.stderr)
        raise SystemExit(2) from None
    except Exception as error:
        if not out_of_memory(error):
            raise
        print(f"error: {out_of_memory_message(error)}", file=sys.stderr)
        raise SystemExit(2) from None
