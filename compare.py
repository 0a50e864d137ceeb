"""Train the three tiers from the same start, or read run folders, and compare them.

    python compare.py                        trains, prints a table, draws two figures
    python compare.py --seeds 0 1 2 3 4      the same for several seeds
    python compare.py runs/numpy runs/paper  compares runs that are there already

Each run has a process and a thread of its own; one run for each core at once. What is
finished with the same options, versions and code is not trained again.
"""

from importlib.util import find_spec
from pathlib import Path

import tyro

from common.cli.command_line import FREE_ON_RESUME, run_script
from common.cli.job_pool import Job, processor_cores, run_jobs
from common.options import option, option_name
from common.runs import run_folder
from common.runs.environment import environment
from common.runs.memory import available_memory, check_memory, estimate_memory
from common.runs.options import REPOSITORY, TorchRunOptions
from common.runs.progress import print_error_line, print_line
from compared_runs import grouped, print_table, read_run
from data.datasets import DatasetUnavailable, load_dataset
from data.errors import UserError
from tiers import TIERS

OWN_FOLDER = REPOSITORY / "runs" / "compare"
LIBRARIES = 10**9  # bytes: more than PyTorch takes in a process


class Comparison(TorchRunOptions):
    """What to train and compare; the options are those of the train scripts."""

    runs: tyro.conf.Positional[tuple[Path, ...]] = option(())
    """run folders to compare instead of training"""
    threads: int | None = option(1, ge=1, le=1024)
    """of each run's matrix products"""
    seeds: tuple[int, ...] = option((), ge=0, lt=2**32)
    """train with each of these instead of --seed"""

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        if len(set(self.seeds)) < len(self.seeds):
            raise UserError(
                f"--seeds {' '.join(map(str, self.seeds))}: must differ; give each of them once"
            )


def main(arguments: list[str]) -> None:
    comparison = tyro.cli(Comparison, args=arguments, description=__doc__)
    if comparison.resume:
        raise UserError("--resume: leave it out; what an earlier comparison left is continued")
    folder = comparison.run_dir or OWN_FOLDER
    # Two comparisons at once would mix their runs.
    with run_folder.lock(folder):
        if comparison.runs:
            runs = [read_run(path) for path in comparison.runs]
        else:
            check_memory(comparison)
            comparison = use_available_data(comparison)
            runs = [read_run(path) for path in train_all(comparison, folder)]
        groups = grouped(runs)
        try:
            from compared_figures import draw  # without matplotlib there is still a table

            drawn = draw(groups, folder)  # first: a word that cannot be printed loses no figure
        finally:
            print_table(groups)  # and a figure that cannot be drawn loses no table
        for name, path in drawn.items():
            print_line(f"{name:15} -> {path}")


def use_available_data(comparison: Comparison) -> Comparison:
    """The same comparison; on digits, with a line that says so, where there is no MNIST."""
    try:
        load_dataset(comparison.dataset, comparison.data_root, comparison.dtype)
    except DatasetUnavailable as error:
        if comparison.dataset != "mnist":
            raise
        print_error_line(f"{error}; going on with scikit-learn's digits instead")
        # Checked again: not every batch size for MNIST is one for digits.
        return comparison.replace(dataset="digits")
    return comparison


def train_all(comparison: Comparison, folder: Path) -> list[Path]:
    """Train every tier in float32 and float64 with every seed; the folders of the runs."""
    if find_spec("torch") is None:
        raise ModuleNotFoundError(name="torch")
    jobs, folders = [], []
    for dtype in ("float64", "float32"):  # the longest first: no core waits for a late one
        for seed in comparison.seeds or (comparison.seed,):
            for name in TIERS:
                run_dir = folder / f"{name}-{dtype}-seed{seed}"
                changes = {"dtype": dtype, "seed": seed, "run_dir": run_dir}
                options = comparison.replace(**changes)
                folders.append(run_dir)
                if not (job := plan(options, name, own=comparison.run_dir is None)):
                    print_line(f"{run_dir.name}: finished before, and kept")
                    continue
                jobs.append(job)
    # One for each core, as far as memory goes.
    cores = processor_cores() // (comparison.threads or processor_cores())
    room = available_memory() // (estimate_memory(comparison) + LIBRARIES)
    try:
        run_jobs(jobs, max(1, min(cores, room)))
    except SystemExit:  # Ctrl-C or SIGTERM
        command = "the same command" + " without --overwrite" * comparison.overwrite
        print_error_line(f"stopped; {command} continues")
        raise
    return folders


def plan(options: TorchRunOptions, tier: str, own: bool) -> Job | None:
    """What is left to do for a run; None where it is finished.

    Args:
        own: whether the folder is this script's own, and there to be replaced.

    Raises:
        UserError: where the folder holds another run, and --overwrite is not given.
    """
    folder = options.run_dir
    assert folder is not None
    with run_folder.lock(folder):
        begun = not options.overwrite and holds(folder, options, tier)
        if begun and (folder / run_folder.TEST).exists():
            return None
        resume = begun and (folder / run_folder.CHECKPOINT).exists()
        if not resume:
            replace = own or begun or options.overwrite
            run_folder.ensure_writable(folder, resume=False, overwrite=replace)
            run_folder.clear(folder)
    arguments = command_line(options.replace(resume=resume, overwrite=False), tier)
    return Job(folder.name, (str(TIERS[tier].script), *arguments), folder, options.epochs)


def holds(folder: Path, options: TorchRunOptions, tier: str) -> bool:
    """Whether the folder has a run of this tier with these options, versions and code."""
    if not (folder / run_folder.CONFIG).exists():
        return False
    description = run_folder.read_description(folder)
    # Threads and kernels are those of the process that trained; the options say how many.
    mine = environment() | {"libraries": None}
    if description.tier != tier or description.environment | {"libraries": None} != mine:
        return False
    saved = run_folder.read_options(folder, TIERS[tier].options)
    return all(
        getattr(saved, field) == getattr(options, field)
        for field in type(saved).option_fields()
        if field not in FREE_ON_RESUME - {"device"}
    )


def command_line(options: TorchRunOptions, tier: str) -> list[str]:
    """The arguments that make a tier's train script read these options."""
    arguments: list[str] = []
    for field in TIERS[tier].options.option_fields():
        value = getattr(options, field)
        match value:
            case None | False:
                pass
            case True:
                arguments.append(option_name(field))
            case tuple():
                arguments += [option_name(field), *map(str, value)]
            case _:
                arguments += [option_name(field), str(value)]
    return arguments


if __name__ == "__main__":
    run_script(main)
