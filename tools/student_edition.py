"""Write a copy of this repository for students: python tools/student_edition.py FOLDER 10=10 13=5

It has no solutions, alternatives or known mistakes, and none of the tests that need them; the
checker names causes all the same. exercises/work/, where answers lie, is no longer ignored by git,
and a GitHub workflow gives the points named for them at each push.
"""

import argparse
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

from common.cli.command_line import run_script
from common.runs.options import REPOSITORY
from data.errors import UserError
from exercises.checker.catalogue import Exercise, all_exercises
from exercises.checker.points import read_scheme

COURSE = REPOSITORY / "tools" / "course"
WORKFLOW = COURSE / "check_answers.yml"
# For who teaches, and for the repository itself.
TEACHERS = (".ci", ".github", "website", "tools/course")
# A test or tool with one of these in it needs what students do not get.
NEEDED = ("read_mistakes", "read_right_answers", ".solution(", "\nfrom website", "student_edition")
IGNORED = "exercises/work/\n"


def withheld(exercise: Exercise) -> Iterator[Path]:
    """The files of an exercise that hold right answers, or the mistakes."""
    yield from (exercise.solution(tier) for tier in exercise.tiers)
    for name in ("mistakes.toml", "alternatives.toml"):
        path = exercise.folder / name
        yield path
        edited = tomllib.loads(path.read_text(encoding="utf-8")).get("edits")
        if edited:  # a right answer, too
            yield exercise.folder / edited


def student_files() -> list[Path]:
    """The files that students get, by their paths in the repository.

    Raises:
        UserError: where git does not know the files.
    """
    command = ["git", "ls-files", "-z"]
    try:
        ran = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        raise UserError(f"{REPOSITORY}: git cannot list its files; work in a clone") from None
    hidden = {path.relative_to(REPOSITORY) for one in all_exercises() for path in withheld(one)}
    return [
        path
        for path in map(Path, filter(None, ran.stdout.split("\0")))
        if path not in hidden
        if not any(path.is_relative_to(folder) for folder in TEACHERS)
        if not (path.parts[0] in ("tests", "tools") and needs_more(REPOSITORY / path))
    ]


def needs_more(path: Path) -> bool:
    """Whether a test or tool cannot run with what students get."""
    text = path.read_text(encoding="utf-8") if path.suffix == ".py" else ""
    return any(word in text for word in NEEDED)


def write_edition(folder: Path, words: list[str]) -> None:
    """Write the student edition.

    Args:
        folder: a new one.
        words: the points for each exercise that counts, such as 13=5.

    Raises:
        UserError: where the folder exists, or the points are none.
    """
    scheme = read_scheme(words)
    if folder.exists():
        raise UserError(f"{folder}: already exists; name a new folder")
    for path in student_files():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(REPOSITORY / path, target)
    ignored = (folder / ".gitignore").read_text(encoding="utf-8")
    assert IGNORED in ignored
    own = "exercises/work/progress.json\nexercises/work/*.bak\n"
    (folder / ".gitignore").write_text(ignored.replace(IGNORED, own), encoding="utf-8")
    workflow = folder / ".github" / "workflows" / WORKFLOW.name
    workflow.parent.mkdir(parents=True)
    points = " ".join(f"{exercise.number}={points:g}" for exercise, points in scheme.items())
    text = WORKFLOW.read_text(encoding="utf-8").replace("POINTS: 13=5", f"POINTS: {points}")
    workflow.write_text(text, encoding="utf-8")
    print(f"{folder}: {sum(path.is_file() for path in folder.rglob('*'))} files")


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, help="to write to; must not exist")
    parser.add_argument("points", nargs="+", help="an exercise and its points, such as 13=5")
    chosen = parser.parse_args(arguments)
    write_edition(chosen.folder, chosen.points)


if __name__ == "__main__":
    run_script(main)
