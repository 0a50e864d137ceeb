"""Write the zip that Gradescope takes: python tools/build_autograder.py autograder.zip 10=10 13=5

It holds what the checker needs of the student edition, and no solutions, since an answer could read
them; setup.sh, which installs that once; and run_autograder, which judges each submission.
"""

import argparse
import zipfile
from pathlib import Path

from common.cli.command_line import run_script
from common.runs.options import REPOSITORY
from data.errors import UserError
from exercises.checker.points import read_scheme
from tools.student_edition import COURSE, student_files

# Besides the files in the repository's root.
FOLDERS = ("common", "data", "exercises", "numpy", "paper", "pytorch_lowlevel", "tools")
SCRIPTS = ("setup.sh", "run_autograder")


def build(target: Path, words: list[str]) -> None:
    """Write the zip.

    Args:
        target: its file, which is overwritten.
        words: the points for each exercise of the assignment, such as 13=5.

    Raises:
        UserError: where the points are none, or the file cannot be written.
    """
    scheme = read_scheme(words)
    # An answer may be in any tier that its exercise has.
    torch = any(tier != "numpy" for exercise in scheme for tier in exercise.tiers)
    points = " ".join(f"{exercise.number}={points:g}" for exercise, points in scheme.items())
    try:
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in student_files():
                if len(path.parts) == 1 or path.parts[0] in FOLDERS:
                    archive.write(REPOSITORY / path, path.as_posix())
            for name in SCRIPTS:
                archive.write(COURSE / name, name)
            archive.writestr("POINTS", f"{points}\n")
            archive.writestr("EXTRAS", ".[torch]\n" if torch else ".\n")
            count = len(archive.namelist())
    except OSError as error:
        raise UserError(f"{target}: cannot be written ({error.strerror})") from None
    print(f"{target}: {count} files, {target.stat().st_size / 1e6:.1f} MB")


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("zip", type=Path, help="to write")
    parser.add_argument("points", nargs="+", help="an exercise and its points, such as 13=5")
    chosen = parser.parse_args(arguments)
    build(chosen.zip, chosen.points)


if __name__ == "__main__":
    run_script(main)
