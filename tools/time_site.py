"""Measure how long a reader of the built static site waits: python tools/time_site.py

Each round is a browser that has never been there: seconds from the address to a page on which
answers can be checked, at the first and at a second visit, and what a check of each exercise's
solution takes, from the click to the verdict. Prints medians, the smallest and the largest.
"""

import statistics
import sys
from pathlib import Path

from common.cli.command_line import run_script
from common.options import Options, option
from common.runs.options import REPOSITORY
from data.errors import UserError
from exercises.checker.catalogue import all_exercises

# The page's own Python is asked, so that a click on Check would find it as it is.
CHECK = """
const [name, source, done] = arguments;
(async () => {
  const { Python } = await import("../runtime/python.js");
  const python = new Python("../");
  await python.ready;
  const began = performance.now();
  const { passed, text } = await python.check(name, source);
  return passed ? (performance.now() - began) / 1000 : text.join("\\n");
})().then(done, (error) => done(`${error}`));
"""


class TimeOptions(Options):
    """What is measured."""

    site: Path = option(REPOSITORY / "_site")
    """the built site"""
    rounds: int = option(5, ge=1, le=100)
    """browsers, one after the other"""
    exercises: tuple[str, ...] = option(())
    """numbers of the exercises whose check is timed; all if none"""


def main(arguments: list[str]) -> None:
    """Measure and print.

    Raises:
        UserError: where the site is not built.
    """
    import tyro

    options = tyro.cli(TimeOptions, args=arguments, description=__doc__)
    if not (options.site / "practise").is_dir():
        raise UserError(f"--site {options.site}: no built site; `make site` builds it")
    sys.path.insert(0, str(REPOSITORY / "tests"))
    from browsing import browsing

    from website.serve import listen

    with listen(options.site, 0) as server:
        import threading

        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/practise"
        first, second = [], []
        checks: dict[str, list[float]] = {}
        for _ in range(options.rounds):
            with browsing(address) as page:
                for seconds in (first, second):
                    page.driver.get(f"{address}/09_weight_decay.html")
                    page.wait("document.body.dataset.state === 'ready'")
                    seconds.append(page.js("performance.now() / 1000"))
                for exercise in all_exercises():
                    asked = options.exercises or ("",)
                    if "numpy" in exercise.tiers and exercise.number.startswith(asked):
                        source = exercise.solution("numpy").read_text(encoding="utf-8")
                        took = page.driver.execute_async_script(CHECK, exercise.name, source)
                        if isinstance(took, str):
                            raise UserError(f"{exercise.name}: not passed: {took}")
                        checks.setdefault(exercise.name, []).append(took)
        server.shutdown()
    print_times("ready, first visit", first)
    print_times("ready, second visit", second)
    for name, seconds in checks.items():
        print_times(f"check {name}", seconds)


def print_times(what: str, seconds: list[float]) -> None:
    """One line."""
    middle, low, high = statistics.median(seconds), min(seconds), max(seconds)
    print(f"{what:<32} {middle:6.2f} s ({low:.2f} - {high:.2f}, n = {len(seconds)})", flush=True)


if __name__ == "__main__":
    run_script(main)
