"""The student edition, and the zip for Gradescope: what they hold, and that they judge answers."""

import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from common.runs.options import REPOSITORY
from data.errors import UserError
from exercises.checker.catalogue import all_exercises, find_exercise, in_learning_order
from exercises.checker.known import read_knowledge
from exercises.checker.variants import read_mistakes
from tools.build_autograder import build
from tools.student_edition import write_edition

COLLAPSE = find_exercise("13")
MISTAKE = read_mistakes(COLLAPSE)[0]
NAME = "13_linear_collapse_numpy.py"


def test_the_mistakes_to_talk_about_are_known_and_each_exercise_has_its_place():
    text = (REPOSITORY / "docs" / "teaching.md").read_text(encoding="utf-8")
    named = re.findall(r"^- \*\*(\d\d)\*\* (.*)$", text, re.MULTILINE)
    for number, cause in named:
        assert cause in {row.cause for row in read_knowledge(find_exercise(number)).mistakes}
    numbers = [exercise.number for exercise in all_exercises()]
    assert sorted({number for number, _ in named}) == numbers
    order = re.findall(r"^\| (\d\d) [^|]*\|([^|]*)\|", text, re.MULTILINE)
    after = {number: tuple(re.findall(r"\d\d", cell)) for number, cell in order}
    listed = {one.number: one.metadata.after for one in in_learning_order()}
    assert list(after.items()) == list(listed.items())
    taken: set[str] = set()
    for number, needed in after.items():
        assert taken.issuperset(needed), number
        taken.add(number)
    assert sorted(taken) == numbers


@pytest.fixture(scope="module")
def edition(tmp_path_factory):
    folder = tmp_path_factory.mktemp("course") / "edition"
    write_edition(folder, ["13=5", "10=2.5"])
    return folder


def run(command, folder, **more):
    """Run with the modules of a folder, not with those of this repository."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | more
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


def test_students_get_no_answer(edition):
    right = {one.solution(tier).read_bytes() for one in all_exercises() for tier in one.tiers}
    files = [path for path in edition.rglob("*") if path.is_file()]
    assert not right & {path.read_bytes() for path in files}
    names = {path.name for path in files}
    assert not names & {"mistakes.toml", "alternatives.toml", "small_network.py"}
    assert {"known.json", "starter_numpy.py", "conftest.py", "train_numpy.py"} <= names
    assert not {"test_exercises.py", "test_website_build.py", "student_edition.py"} & names


def test_the_student_edition_names_causes_and_keeps_answers(edition):
    work = edition / "exercises" / "work"
    work.mkdir()
    (work / NAME).write_bytes(MISTAKE.answer.source)
    ran = run([sys.executable, "-m", "exercises", "check", "13"], edition)
    assert ran.returncode == 1
    assert f"cause: {MISTAKE.cause}." in ran.stdout
    assert (work / "progress.json").is_file()  # it ran here
    subprocess.run(["git", "init", "--quiet"], cwd=edition, check=True)
    status = run(["git", "status", "--short", "--untracked-files=all", "exercises/work"], edition)
    assert status.stdout == f"?? exercises/work/{NAME}\n"
    workflow = (edition / ".github" / "workflows" / "check_answers.yml").read_text()
    assert "POINTS: 13=5 10=2.5\n" in workflow
    with pytest.raises(UserError, match="already exists; name a new folder"):
        write_edition(edition, ["13=5"])


@pytest.mark.skipif(os.name == "nt", reason="Gradescope runs Linux")
def test_the_zip_judges_a_submission(tmp_path, capsys):
    build(tmp_path / "autograder.zip", ["13=5"])
    assert "autograder.zip: " in capsys.readouterr().out
    source, submission = tmp_path / "source", tmp_path / "submission"
    with zipfile.ZipFile(tmp_path / "autograder.zip") as archive:
        assert not [name for name in archive.namelist() if "solution" in Path(name).name]
        archive.extractall(source)
    assert (source / "EXTRAS").read_text() == ".\n"  # this exercise needs no torch
    submission.mkdir()
    (tmp_path / "results").mkdir()
    (source / ".venv").symlink_to(sys.prefix)  # instead of setup.sh, which installs
    right = COLLAPSE.solution("numpy").read_bytes()
    for answer in (MISTAKE.answer.source, right):
        (submission / NAME).write_bytes(answer)
        ran = run(["bash", source / "run_autograder"], tmp_path, AUTOGRADER_ROOT=str(tmp_path))
        assert ran.returncode == 0, ran.stderr
        results = json.loads((tmp_path / "results" / "results.json").read_text(encoding="utf-8"))
        assert (results["score"] == 5) == (answer == right)
    with pytest.raises(UserError, match="cannot be written"):
        build(tmp_path / "nowhere" / "autograder.zip", ["13=5"])


def test_torch_is_installed_for_exercises_that_may_use_it(tmp_path):
    build(tmp_path / "autograder.zip", ["01=5"])
    with zipfile.ZipFile(tmp_path / "autograder.zip") as archive:
        assert archive.read("EXTRAS") == b".[torch]\n"
