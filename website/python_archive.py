"""The Python that the site runs in the browser: our own modules, and others' pure ones."""

import zipfile
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path, PurePosixPath

from common.runs.options import REPOSITORY
from exercises.checker.catalogue import all_exercises

# What tier 1, its exercises and the page import besides NumPy and Python's own; no compiled code.
DISTRIBUTIONS = ("attrs", "jaxtyping", "wadler-lindig")
# Of the repository; nothing in them needs torch, processes or compiled libraries before it is used.
FOLDERS = ("common", "data", "numpy", "play", "exercises")
FILES = ("tiers.py",)
# What would give an answer away, or is there for the command line alone.
LEFT_OUT = ("solution_", "starter_", "test_", "small_network", "mistakes.toml", "alternatives.toml")
ENDINGS = (".py", ".json", ".md", ".toml")


def repository_files() -> Iterator[Path]:
    """Our own files that the browser gets, with their paths in the repository."""
    for folder in FOLDERS:
        for file in sorted((REPOSITORY / folder).rglob("*")):
            inside = file.relative_to(REPOSITORY)
            if inside.parts[:2] == ("exercises", "work") or "static" in inside.parts:
                continue
            if file.suffix in ENDINGS and not file.name.startswith(LEFT_OUT):
                yield inside
    yield from map(Path, FILES)
    shown = {file for one in all_exercises() for file, _ in one.metadata.shown.get("numpy", ())}
    yield from sorted(Path(file) for file in shown if not file.startswith(FOLDERS))


def distribution_files(name: str) -> Iterator[tuple[Path, str]]:
    """The files of an installed distribution, with its licence: where each lies, and its name."""
    for file in distribution(name).files or ():
        licence = file.parts[0].endswith(".dist-info") and "licen" in file.name.lower()
        if file.suffix == ".py" or licence:
            yield Path(str(file.locate())), str(PurePosixPath(file))


def write_archive(target: Path) -> None:
    """Write the archive that the worker unpacks: the same bytes for the same files."""
    members = [(REPOSITORY / path, path.as_posix()) for path in repository_files()]
    for name in DISTRIBUTIONS:
        members += distribution_files(name)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for source, name in sorted(members, key=lambda member: member[1]):
            about = zipfile.ZipInfo(name)  # of 1980, whenever it is built
            about.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(about, source.read_bytes())
