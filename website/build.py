"""The command python -m website: builds the folder that any static server serves."""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import tyro
from filelock import FileLock

from common.options import Options, option
from common.runs.options import REPOSITORY
from common.runs.run_folder import TEST
from data.datasets import DATA_ROOT
from data.errors import DatasetUnavailable, UserError
from data.mnist import read_pixels
from play.controls import controls
from play.encoding import to_json
from website.bundled_data import write_images, write_model
from website.finish import WORKER, finish_pages, write_service_worker
from website.python_archive import write_archive
from website.serve import listen, serve
from website.tools import (
    PACKAGES,
    SOURCE,
    bundle,
    check_node,
    copy_interpreter,
    first_error,
    install_packages,
    licences,
)

PAGE = REPOSITORY / "play" / "static"


class SiteOptions(Options):
    """The options of python -m website."""

    output: Path = option(REPOSITORY / "_site")
    """folder that the site is written to, in place of the site that is there"""
    serve: bool = option(False)
    """serve it on 127.0.0.1 afterwards, until Ctrl-C"""
    port: int = option(8322, ge=0, le=65_535)
    """of the address with --serve (0 for any free one)"""
    browser: bool = option(True)
    """with --serve, open the site in the browser"""
    runs: Path = option(REPOSITORY / "runs")
    """folder of the runs: "numpy" classifies digits; without it, tier 1 is trained into "site" """
    data_root: Path = option(DATA_ROOT)
    """folder that holds MNIST/raw"""


def main(arguments: list[str]) -> None:
    """Build the site, and serve it where that is asked for.

    Raises:
        UserError: where something that it is built from or with is missing, or the port is taken.
    """
    options = tyro.cli(
        SiteOptions,
        prog="python -m website",
        args=arguments,
        description="Build the static site.",
    )
    server = listen(options.output, options.port) if options.serve else None
    build(options)
    if server:
        serve(server, options.browser)


def build(options: SiteOptions) -> None:
    """Write the whole site, and put it in place of the one before when it is complete.

    Raises:
        UserError: where something that it is built from or with is missing.
    """
    output = options.output.resolve()
    if output.exists() and not (output / WORKER).exists() and any(output.iterdir()):
        raise UserError(f"--output {options.output}: holds something else; name another folder")
    began = time.perf_counter()
    step("node", check_node)
    PACKAGES.mkdir(exist_ok=True)
    output.parent.mkdir(parents=True, exist_ok=True)
    with (
        FileLock(PACKAGES / ".lock"),
        tempfile.TemporaryDirectory(prefix=".site-", dir=output.parent) as folder,
    ):
        site = Path(folder) / "site"
        step("npm packages", install_packages)
        step("documents", lambda: build_documents(site, Path(folder) / "doctrees"))
        step("exercises", lambda: build_exercises(site / "practise"))
        step("page", lambda: copy_page(site / "play"))
        step("Python", lambda: copy_python(site / "runtime"))
        step("digits", lambda: write_digits(site / "data", options))
        shutil.copytree(SOURCE / "static", site, dirs_exist_ok=True)
        (site / "licences.txt").write_text(licences(), encoding="utf-8")
        pages = finish_pages(site)
        write_service_worker(site)
        # Both are of this system's temporary name, which no server could read.
        site.chmod(0o755)
        if output.exists():
            shutil.rmtree(output)
        site.rename(output)
    seconds = time.perf_counter() - began
    print(f"{options.output}: {pages} pages, {size(output)}, {seconds:.0f} s")


def step(name: str, work: Callable[[], str]) -> None:
    """Do a part of the build, and print what came of it in one line."""
    began = time.perf_counter()
    result = work()
    print(f"{name:14}{result} ({time.perf_counter() - began:.1f} s)", flush=True)


def size(path: Path) -> str:
    """The size of a file, or of all files of a folder."""
    files = path.rglob("*") if path.is_dir() else [path]
    return f"{sum(file.stat().st_size for file in files if file.is_file()) / 1e6:.1f} MB"


def build_documents(site: Path, scratch: Path) -> str:
    """Have Sphinx make pages of the repository's markdown. Raises UserError for a broken link."""
    bundle([PACKAGES / "katex" / "dist" / "katex.css"], site / "_static" / "katex")
    command = [sys.executable, "-m", "sphinx", "--quiet", "--fail-on-warning", "--keep-going"]
    command += ["-c", str(SOURCE), "-d", str(scratch), str(REPOSITORY), str(site)]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    if done.returncode:
        print(done.stderr, file=sys.stderr)
        raise UserError(f"the documents: {first_error(done.stderr)}")
    for name in (".buildinfo", "objects.inv"):
        (site / name).unlink()
    return f"{len(list(site.rglob('*.html')))} pages, {size(site)}"


def build_exercises(folder: Path) -> str:
    """Write the exercises' pages, with CodeMirror."""
    from website.practise import SCRIPTS, write_pages

    write_pages(folder)
    source = SOURCE / "practise"
    bundle([*(source / script for script in SCRIPTS), source / "practise.css"], folder)
    return f"{len(list(folder.glob('*.html')))} pages, {size(folder)}"


def copy_page(folder: Path) -> str:
    """Copy play's page, which talks to a worker here instead of a server."""
    shutil.copytree(PAGE, folder / "static")
    (folder / "static" / "index.html").rename(folder / "index.html")
    shutil.copytree(SOURCE / "play", folder / "static", dirs_exist_ok=True)
    # So that all controls are there before Python is.
    (folder / "options.json").write_bytes(to_json(controls()))
    return f"1 page, {size(folder)}"


def copy_python(folder: Path) -> str:
    """Copy the interpreter, NumPy, and this repository's own code."""
    copy_interpreter(folder)
    write_archive(folder / "python.zip")
    # What the worker fetches, and says how much of it has arrived; scripts it imports.
    fetched = [file for file in sorted(folder.iterdir()) if file.suffix not in (".js", ".mjs")]
    sizes = {file.name: file.stat().st_size for file in fetched}
    (folder / "files.json").write_text(json.dumps(sizes), encoding="utf-8")
    for script in ("python.js", "worker.js"):
        shutil.copyfile(SOURCE / "runtime" / script, folder / script)
    return f"{size(folder)}, most of what the first exercise loads"


def write_digits(folder: Path, options: SiteOptions) -> str:
    """Write what MNIST is needed for: a model, its test images, and the images of exercise 07.

    Without MNIST the site lacks them, and its pages say so where they are asked for them.

    Raises:
        UserError: where MNIST is damaged.
    """
    folder.mkdir()
    try:
        pixels = read_pixels("mnist", options.data_root)
    except DatasetUnavailable as error:
        return f"none: exercise 07 and the page's digits need MNIST ({error})"
    write_images(pixels, folder)
    run = options.runs / "numpy"
    try:
        accuracy = write_model(run, folder)
    except UserError:
        run = options.runs / "site"
        if not (run / TEST).exists():
            train_model(run, options.data_root)
        accuracy = write_model(run, folder)
    return f"{size(folder)}; the model of {run} classifies {accuracy:.2%} of the test images"


def train_model(run: Path, data_root: Path) -> None:
    """Train tier 1 with its default options."""
    script = str(REPOSITORY / "numpy" / "train_numpy.py")
    command = [sys.executable, script, "--run-dir", str(run), "--data-root", str(data_root)]
    # One thread: on a busy machine several wait for each other for minutes.
    command += ["--overwrite", "--threads", "1"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise UserError(f"the digits' model: {first_error(done.stderr)}")
