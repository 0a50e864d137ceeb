"""What teachers use: the report on many students, points, and Gradescope's results."""

import csv
import json
import re

import pytest

from exercises.checker.catalogue import all_exercises, find_exercise
from exercises.checker.commands import main
from exercises.checker.hand_ins import recognized
from exercises.checker.points import stage_points
from exercises.checker.variants import read_mistakes

DROPOUT, COLLAPSE = find_exercise("01"), find_exercise("13")
RIGHT = COLLAPSE.solution("numpy").read_bytes()
CAUSE = "collapse leaves out the first layer"
(WRONG,) = (one.answer.source for one in read_mistakes(COLLAPSE) if one.cause == CAUSE)
NAME = "13_linear_collapse_numpy.py"


def hand_in(folder, files):
    for name, source in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(source)


def rows(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_report_leaves_nobody_out(tmp_path, capsys):
    hand_in(
        tmp_path,
        {
            f"Anna Maria Müller/my answers/{NAME}": RIGHT,
            f"Ben/{NAME}": WRONG,
            "Ben/13_linear_collapse_numpy (1).py": RIGHT,
            f"Dora/{NAME}": WRONG,
            "Eve/answers.zip": b"PK",
            f"Finn/{NAME}.txt": RIGHT,
            "Gina/collapse.py": RIGHT,
            "Gina/.DS_Store": b"",
            "Hugo.py": RIGHT,
        },
    )
    (tmp_path / "Carl").mkdir()
    (tmp_path / "Ivan").mkdir()
    (tmp_path / "Ivan" / NAME).symlink_to("nowhere")
    main(["report", str(tmp_path), "--points", "13=5", "01=10"])
    told = capsys.readouterr().out
    assert re.search(r"^Ben +- +passed +5$", told, re.MULTILINE)
    assert re.search(r"^Dora +- +4/6 +2.5$", told, re.MULTILINE)
    assert re.search(r"^Eve +\? +\? +0$", told, re.MULTILINE)
    assert re.search(r"^13_linear_collapse +2 +1 +5 +1.6 of 5$", told, re.MULTILINE)
    assert f"2  13        {CAUSE}" in told
    assert "  Hugo.py: lies in no student's folder" in told
    points = {
        row["student"]: (row["total"], row["not judged"]) for row in rows(tmp_path / "points.csv")
    }
    assert points == {
        "Anna Maria Müller": ("5", ""),
        "Ben": ("5", ""),
        "Carl": ("0", ""),
        "Dora": ("2.5", ""),
        "Eve": ("0", "answers.zip: an archive: unpack it"),
        "Finn": ("0", f"{NAME}.txt: not a .py file"),
        "Gina": (
            "0",
            "collapse.py: its name says no exercise and tier, as 01_add_dropout_numpy.py does",
        ),
        "Ivan": ("0", f"{NAME}: cannot be read (No such file or directory)"),
    }
    report = rows(tmp_path / "report.csv")
    for student in points:
        dropout = [
            row for row in report if row["exercise"] == DROPOUT.name and row["student"] == student
        ]
        assert [row["note"] for row in dropout] == ["not handed in"], student
    ben = {row["file"]: row["passed"] for row in report if row["student"] == "Ben"}
    copy = "Ben/13_linear_collapse_numpy (1).py"
    assert ben == {f"Ben/{NAME}": "False", copy: "True", "": ""}


def test_without_points_the_report_has_those_exercises_that_anyone_handed_in(tmp_path, capsys):
    hand_in(tmp_path, {"Ben/notes.txt": b""})
    (tmp_path / "Carl").mkdir()
    main(["report", str(tmp_path)])
    assert re.search(r"^Ben +no answer\nCarl +no answer$", capsys.readouterr().out, re.MULTILINE)
    notes = [(row["student"], row["note"]) for row in rows(tmp_path / "report.csv")]
    assert notes == [("Ben", "not a .py file"), ("Carl", "not handed in")]
    assert not (tmp_path / "points.csv").exists()


def test_a_second_copy_of_an_answer_keeps_its_tier(tmp_path):
    for name in ("02_batch_norm_paper (1).py", "12_autograd_gates.py", "01_add_dropout_numpy.txt"):
        (tmp_path / name).touch()
    found = recognized(tmp_path / "02_batch_norm_paper (1).py")
    assert found is not None
    assert (found.exercise.number, found.tier) == ("02", "paper")
    assert recognized(tmp_path / "12_autograd_gates.py") is None  # for tier 2 alone
    assert recognized(tmp_path / "01_add_dropout_numpy.txt") is None


@pytest.mark.parametrize("exercise", all_exercises(), ids=lambda one: one.name)
def test_the_stages_share_the_points_and_the_first_two_earn_none(exercise):
    shares = list(stage_points(exercise, 10).values())
    assert shares[:2] == [0, 0] and round(sum(shares), 9) == 10
    assert max(shares[2:]) - min(shares[2:]) <= 0.011


def test_gradescope_gets_a_test_for_each_stage(tmp_path, capsys):
    folder, results = tmp_path / "submission", tmp_path / "results.json"
    hand_in(folder, {NAME: WRONG, "notes.txt": b""})
    with pytest.raises(SystemExit) as end:
        main(["grade", str(folder), "--points", "13=5", "01=10", "--results", str(results)])
    assert end.value.code == 1
    assert "points: 2.5 of 5\n" in capsys.readouterr().out
    told = json.loads(results.read_text(encoding="utf-8"))
    assert (told["score"], told["output"]) == (2.5, "notes.txt: not a .py file")
    tests = {test["name"]: test for test in told["tests"]}
    collapse = [test for name, test in tests.items() if name.startswith("13")]
    assert sum(test["score"] for test in collapse) == 2.5
    assert round(sum(test["max_score"] for test in tests.values()), 9) == 15
    assert [test["status"] for test in collapse] == ["passed"] * 4 + ["failed"] * 2
    assert collapse[4]["output"].endswith(f"cause: {CAUSE}.")
    assert (collapse[3]["output"], collapse[5]["output"]) == ("", "not reached")
    assert "not handed in" in tests["01_add_dropout: loading"]["output"]
    hand_in(folder, {NAME: RIGHT})
    with pytest.raises(SystemExit) as end:
        main(["grade", str(folder), "--points", "13=5", "--results", str(results)])
    assert end.value.code == 0
    assert json.loads(results.read_text(encoding="utf-8"))["score"] == 5
