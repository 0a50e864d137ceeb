"""What every experiment does besides its own: options, processes, files, the look of a figure.

An experiment is a file with

    a docstring                 the claim; predict first; what to change; paper; exercise
    class Options               what a reader may change, with limits
    run(options) -> numbers     trains and measures; a dictionary that JSON can hold
    draw(numbers) -> figure     one figure; nothing is computed here that is not in the numbers
    answer(numbers) -> text     the answer to the docstring's question, in numbers

and ends in `main`. Notebooks and tests call `run`, `draw` and `answer` themselves. One whose
options are AnimatedOptions has besides

    animate(numbers) -> animation      of numbers["frames"], which `run` keeps for --animate alone
"""

import io
import os
import sys
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import (
    FIRST_COMPLETED,
    FIRST_EXCEPTION,
    Future,
    ProcessPoolExecutor,
    wait,
)
from multiprocessing import active_children, get_context, parent_process
from pathlib import Path
from typing import Any, TypeVar

import matplotlib
from matplotlib import pyplot as plt
from matplotlib.animation import FuncAnimation, PillowWriter
from threadpoolctl import threadpool_limits

from common.cli.command_line import run_script
from common.cli.command_options import CommandOptions
from common.cli.job_pool import processor_cores
from common.options import option
from common.runs.files import write_file
from common.runs.options import REPOSITORY
from common.runs.progress import print_line

Numbers = dict[str, Any]
Case = TypeVar("Case")
Result = TypeVar("Result")

# Okabe & Ito's colours, which the colour-blind can tell apart; with the line style and the marker
# of the same index they differ in grey, too.
COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
LINE_STYLES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), (0, (1, 1)))
# Where a class is predicted: the colours of the first classes, pale.
REGIONS = ("#dbe9f4", "#fbe3d6", "#d9f0e6", "#f6e6ef")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")


class ExperimentOptions(CommandOptions):
    """The options of every experiment."""

    folder: Path = option(REPOSITORY / "runs" / "experiments")
    """where picture and numbers are kept"""


class AnimatedOptions(ExperimentOptions):
    """The options of an experiment that can show its training as a film."""

    animate: bool = option(False)
    """write the training as a GIF, too"""


def style(index: int) -> dict[str, Any]:
    """The look of the line with this index, for `plot`."""
    number = index % len(COLORS)
    return {
        "color": COLORS[number],
        "linestyle": LINE_STYLES[number],
        "marker": MARKERS[number],
        "markersize": 4,
    }


def side_by_side(
    function: Callable[[Case], Result], cases: Iterable[Case], processes: int | None = None
) -> list[Result]:
    """The function's result for each case, computed in processes of one thread each.

    Args:
        function: of a module's top level, as other processes must find it.
        cases: its arguments.
        processes: that run at once; one for each core if None.
    """
    at_a_time = processes or processor_cores()
    others = active_children()
    with ProcessPoolExecutor(
        at_a_time, mp_context=get_context("spawn"), initializer=_start_worker
    ) as pool:
        futures: list[Future[Result]] = []
        running: set[Future[Result]] = set()
        try:
            # The pool is handed no more than it computes at once: it would finish all it has.
            for case in cases:
                if len(running) == at_a_time:
                    done, running = wait(running, return_when=FIRST_COMPLETED)
                    for future in done:
                        future.result()  # raises what the case raised
                futures.append(pool.submit(function, case))
                running.add(futures[-1])
            wait(running, return_when=FIRST_EXCEPTION)
            return [future.result() for future in futures]
        except BaseException:
            for worker in set(active_children()).difference(others):
                worker.terminate()
            raise


def _start_worker() -> None:
    _use_one_thread()
    # A parent that is killed cannot tell: its workers would compute on, for nobody.
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _use_one_thread() -> None:
    os.environ["OMP_NUM_THREADS"] = "1"  # for torch, where it is loaded later
    threadpool_limits(1)
    if torch := sys.modules.get("torch"):
        torch.set_num_threads(1)


def main(
    options_class: type[ExperimentOptions],
    run: Callable[[Any], Numbers],
    draw: Callable[[Numbers], plt.Figure],
    answer: Callable[[Numbers], str],
    animate: Callable[[Numbers], FuncAnimation] | None = None,
) -> None:
    """What a script does: read options, run, write numbers and picture, and print the answer."""
    module = sys.modules["__main__"]
    name = Path(str(module.__file__)).stem

    def script(arguments: list[str]) -> None:
        options = options_class.parse(arguments, module.__doc__)
        options.make_folder()
        _use_one_thread()
        started = time.perf_counter()
        numbers = run(options)
        seconds = time.perf_counter() - started
        kept = {key: value for key, value in numbers.items() if key != "frames"}
        results = options.save(name, kept, seconds=seconds)
        picture = save_figure(draw(numbers), options.folder / f"{name}.png")
        print_line(answer(numbers))
        if animate is not None and options.animate:
            film = save_animation(animate(numbers), options.folder / f"{name}.gif")
            print_line(f"animation -> {film}")
        print_line(f"{seconds:.0f} s; numbers -> {results}; figure -> {picture}")

    run_script(script)


def save_figure(figure: plt.Figure, path: Path) -> Path:
    """Write a figure as a PNG file, and close it. Raises UserError where that is not possible."""
    content = io.BytesIO()
    figure.savefig(content, dpi=85)
    plt.close(figure)
    write_file(path, [content.getvalue()])
    return path


def save_animation(animation: FuncAnimation, path: Path) -> Path:
    """Write an animation as a GIF file, ten frames a second."""
    animation.save(path, PillowWriter(fps=10), dpi=80)
    plt.close("all")
    return path


if "ipykernel" not in sys.modules:  # a notebook shows figures itself, if its backend is left alone
    matplotlib.use("Agg")
