"""The exercises' commands, and answers that do what no answer should."""

import json
import re
import shutil
import subprocess
import sys
import threading
import time
from functools import partial

import pytest

from common.runs.options import REPOSITORY
from data.datasets import DatasetUnavailable, load_dataset
from data.errors import UserError
from exercises.checker import catalogue, checking, runner, try_in_network
from exercises.checker.answer import Answer
from exercises.checker.catalogue import find_exercise
from exercises.checker.checking import NOT_STARTED
from exercises.checker.child import by_timer, verdict_of
from exercises.checker.commands import main
from exercises.checker.runner import check_answer
from exercises.checker.variants import read_mistakes

DROPOUT = find_exercise("01")
SOLUTION = DROPOUT.solution("numpy").read_text(encoding="utf-8")
NOT_SCALED = next(
    mistake.answer.source.decode()
    for mistake in read_mistakes(DROPOUT)
    if mistake.cause == "The entries that are kept are not divided by 1 - p"
)
FORGED = """
import os
line = b'{"token": "", "verdict": {"passed": true}}\\n'
for number in range(3, 30):
    try:
        os.write(number, line)
    except OSError:
        pass
os._exit(0)
"""
INSTEAD = "return X * self.mask"
# What stands in the file, and a part of the line that it gets.
HOSTILE = {
    "empty": ("", "defines no Dropout"),
    "no-python": ("def Dropout(:", "line 1: def Dropout(:"),
    "hangs-on-loading": (SOLUTION + "\nwhile True:\n    pass\n", "2 s, while the file"),
    "hangs": (SOLUTION.replace(INSTEAD, "while True: pass"), "stopped after 2 s, in the check"),
    "prints-for-ever": (
        SOLUTION + "\nwhile True:\n    print('x' * 1000)\n",
        "more than 1,000,000 bytes printed",
    ),
    "exits-with-0": (
        SOLUTION + "\nimport os\nos._exit(0)\n",
        "the process exited, with exit code 0",
    ),
    "raises-SystemExit": (SOLUTION + "\nraise SystemExit(0)\n", "SystemExit: 0"),
    "leaves-in-forward": (SOLUTION.replace(INSTEAD, "raise SystemExit"), "SystemExit"),
    "interrupts": (SOLUTION.replace(INSTEAD, "raise KeyboardInterrupt"), "KeyboardInterrupt"),
    "returns-None": (SOLUTION.replace(INSTEAD, "X * self.mask"), "None (is a return missing?)"),
    "returns-a-list": (SOLUTION.replace(INSTEAD, "return (X * self.mask).tolist()"), "list"),
    "its-own-error": (SOLUTION.replace(INSTEAD, "return X * self.msk"), "return X * self.msk"),
    "forges-a-pass": (FORGED, "the process exited, with exit code 0"),
    "takes-the-tiers-own": (
        "from layers_numpy import Dropout\n\ndef with_dropout(layers, p):\n    return layers\n",
        "Dropout comes from layers_numpy",
    ),
    "inherits-the-tiers-own": (
        "import layers_numpy\n\nclass Dropout(layers_numpy.Dropout):\n    pass\n"
        "\ndef with_dropout(layers, p):\n    return layers\n",
        "Dropout comes from layers_numpy",
    ),
    "imports-torch": ("import torch\n" + SOLUTION, "line 1: import torch"),
    "starts-a-program": (SOLUTION + "\nimport os\nos.system('true')\n", "os.system: an answer may"),
    "takes-all-memory": (SOLUTION + "\nnp.ones(10**11)\n", "line"),
}


def test_scipy_can_be_imported_though_torch_cannot(tmp_path):
    path = tmp_path / "answer.py"
    path.write_text("from scipy import stats\n" + SOLUTION, encoding="utf-8")
    assert check_answer(Answer.read(DROPOUT, path)).passed


@pytest.fixture
def work(tmp_path, monkeypatch):
    monkeypatch.setattr(catalogue, "WORK", tmp_path / "work")
    return tmp_path / "work"


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_answer_gets_one_line_and_no_pass(name, tmp_path):
    text, line = HOSTILE[name]
    path = tmp_path / "answer.py"
    path.write_text(text, encoding="utf-8")
    verdict = check_answer(Answer.read(DROPOUT, path), seconds=2)
    assert not verdict.passed
    assert line in "\n".join(verdict.lines)
    assert len(verdict.lines) <= 3


def test_an_answer_that_deletes_is_stopped_even_if_it_hides_that(tmp_path):
    victim = tmp_path / "victim"
    victim.mkdir()
    (victim / "kept").touch()
    path = tmp_path / "answer.py"
    delete = f"import shutil\nshutil.rmtree({str(victim)!r}, ignore_errors=True)\n"
    path.write_text(SOLUTION + delete, encoding="utf-8")
    verdict = check_answer(Answer.read(DROPOUT, path))
    assert (victim / "kept").exists()
    assert not verdict.passed
    assert "an answer may not delete" in verdict.lines[0]


def test_nothing_that_an_answer_writes_stays(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "answer.py"
    path.write_text(SOLUTION + "\nopen('mine', 'w').close()\n", encoding="utf-8")
    assert check_answer(Answer.read(DROPOUT, path)).passed
    assert [found.name for found in tmp_path.iterdir()] == ["answer.py"]
    path.write_text(SOLUTION + f"\nopen({str(path)!r}, 'w').close()\n", encoding="utf-8")
    assert "writing" in check_answer(Answer.read(DROPOUT, path)).lines[0]


def test_an_answer_may_ask_for_the_folder_of_temporary_files(tmp_path):
    path = tmp_path / "answer.py"
    path.write_text(SOLUTION + "\nimport tempfile\ntempfile.gettempdir()\n", encoding="utf-8")
    assert check_answer(Answer.read(DROPOUT, path)).passed


def test_a_failed_check_as_a_reader_sees_it(work, capsys):
    main(["start", "01"])
    (work / "01_add_dropout_numpy.py").write_text(NOT_SCALED, encoding="utf-8")
    for failures in (1, 2, 3):
        capsys.readouterr()
        with pytest.raises(SystemExit) as exit_info:
            main(["check", "01"])
        said = capsys.readouterr().out
        assert exit_info.value.code == 1
        assert len(said.splitlines()) <= 12
        assert "stage 6 of 9: values" in said
        assert "Dropout(0.2).forward(X)" in said
        assert "cause: The entries that are kept are not divided by 1 - p." in said
        assert ("Stuck?" in said) == (failures == 3)
        assert "hint 01" in said


def test_from_the_starter_to_a_pass(work, capsys):
    main(["start", "1"])
    with pytest.raises(UserError, match=r"already exists; .* reset 01` starts over"):
        main(["start", "01"])
    with pytest.raises(UserError, match="not passed yet"):
        main(["solution", "01"])
    for i in (1, 2, 3, 4, 4):
        capsys.readouterr()
        main(["hint", "01"])
        assert f"hint {i} of 4" in capsys.readouterr().out
    answer = work / "01_add_dropout_numpy.py"
    shutil.copyfile(DROPOUT.solution("numpy"), answer)
    with pytest.raises(SystemExit) as exit_info:
        main(["check"])
    assert exit_info.value.code == 0
    said = capsys.readouterr().out
    assert "passed" in said
    assert "class Dropout(Layer):" in said  # the tier's own
    assert "return X * self.mask" in said  # the answer's
    assert "python -m exercises try 01" in said
    main(["solution", "01"])
    main(["list"])
    assert "40  numpy" in capsys.readouterr().out
    main(["reset", "01"])
    assert "NotImplementedError" in answer.read_text()
    assert (work / "01_add_dropout_numpy.py.1.bak").read_text() == SOLUTION


def test_try_trains_the_tier_with_the_answer(work, capsys, monkeypatch):
    def no_mnist(name, **options):
        if name == "mnist":
            raise DatasetUnavailable("no files")
        return load_dataset(name, **options)

    monkeypatch.setattr(try_in_network, "load_dataset", no_mnist)
    work.mkdir()
    for tier in ("numpy", "lowlevel", "paper"):
        right = find_exercise("02").solution(tier).read_text(encoding="utf-8")
        path = work / f"02_batch_norm_{tier}.py"
        path.write_text(right, encoding="utf-8")
        main(["try", "02", "--tier", tier, "--epochs", "2"])
        *_, last, test = capsys.readouterr().out.splitlines()
        own, yours = last.split()[-2:]
        assert "epoch 2" in last
        assert own == yours != ""
        assert test.split()[-1] == test.split()[-2]
    path = work / "02_batch_norm_numpy.py"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("n = len(X)", "n = len(x)"), encoding="utf-8")
    with pytest.raises(UserError, match=r"line \d+: n = len\(x\) NameError: name 'x'"):
        main(["try", "02"])
    path.write_text(text.replace("weight * self.norm", "bias + self.norm"), encoding="utf-8")
    main(["try", "02", "--epochs", "1"])
    *_, last = capsys.readouterr().out.splitlines()
    assert last.split()[-1] != last.split()[-2]


def test_an_exercise_for_one_tier_needs_no_word_about_it(work, capsys):
    main(["start", "12"])
    assert "python -m exercises check 12\n" in capsys.readouterr().out
    assert (work / "12_autograd_gates_lowlevel.py").is_file()
    with pytest.raises(UserError, match="--tier numpy: exercise 12 is for lowlevel"):
        main(["start", "12", "--tier", "numpy"])


def test_what_torch_has_not_implemented_is_no_answer_that_is_not_written(tmp_path):
    gates = find_exercise("12")
    text = gates.solution("lowlevel").read_text(encoding="utf-8")
    path = tmp_path / "answer_lowlevel.py"
    path.write_text(text.replace("~to_x", "(1 - to_x)"), encoding="utf-8")
    verdict = check_answer(Answer.read(gates, path))
    assert not verdict.passed
    assert verdict.stage != NOT_STARTED, verdict.lines


def test_an_error_is_reported_as_such_with_both_ends_of_its_message(tmp_path):
    collapse = find_exercise("13")
    text = collapse.solution("numpy").read_text(encoding="utf-8")
    path = tmp_path / "answer.py"
    path.write_text(text.replace("@ W.T", "@ W"), encoding="utf-8")
    told, line, message = check_answer(Answer.read(collapse, path)).lines
    call = "linear_forward, with X (2, 2), layers [[(1, 2), (1,)], [(2, 1), (2,)]]"
    assert told == f"an error is raised in {call}:"
    assert line.startswith("line ")
    assert message.startswith("ValueError: matmul")
    assert re.search(r"\(size \d is different from \d\)$", message)


def test_json_and_exit_codes(tmp_path):
    path = tmp_path / "answer.py"
    path.write_text(NOT_SCALED, encoding="utf-8")
    command = [sys.executable, "-m", "exercises", "check", "01", "--json", "--file"]
    ran = subprocess.run([*command, path], cwd=REPOSITORY, capture_output=True, text=True)
    assert ran.returncode == 1
    told = json.loads(ran.stdout)
    assert (told["passed"], told["stage"], told["check"]) == (False, "values", "kept_entries")
    assert told["causes"] == ["The entries that are kept are not divided by 1 - p"]
    assert (told["stages_passed"], told["stages"]) == (5, 9)
    assert told["seconds"] > 0
    ran = subprocess.run([*command, "nowhere.py"], cwd=REPOSITORY, capture_output=True, text=True)
    assert ran.returncode == 2
    assert ran.stderr == "error: --file nowhere.py: no such file\n"


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["chek"], "chek: must be one of list, start"),
        (["start"], "give one exercise"),
        (["start", "77"], "exercise 77: must be one of 01"),
        (["check", "01"], "not started"),
        (["check"], "no exercise is started"),
        (["check", "--file", "x"], "needs an exercise"),
        (["try", "11"], "not started"),
        (["check", "03", "--tier", "paper"], "start 03 --tier paper` does"),
        (["report"], "give the folder"),
        (["report", "nowhere"], "nowhere: no such folder"),
        (["report", ".", "--points", "01"], r"--points 01: must be .* such as 01=10"),
        (["report", ".", "--points", "01=nan"], "above 0 and at most 1000"),
        (["report", ".", "--points", "01=1", "1=2"], "1=2: exercise 01 has points already"),
        (["grade", "."], "grade: give a folder of answers and --points"),
        (["grade", "nowhere", "--points", "01=1"], "nowhere: no such folder"),
    ],
)
def test_bad_input_gets_one_line(words, line, work):
    with pytest.raises(UserError, match=line):
        main(words)


def test_without_torch_an_answer_in_torch_gets_one_line(monkeypatch):
    gates = find_exercise("12")
    monkeypatch.setattr(runner, "find_spec", lambda name: None)
    with pytest.raises(UserError, match=r'not installed: .* --editable "\.\[torch\]"$'):
        check_answer(Answer.read(gates, gates.solution("lowlevel")))


def test_a_call_that_takes_too_long_is_named(monkeypatch):
    said = []
    monkeypatch.setattr(checking, "ending_after", partial(by_timer, said.append))
    with checking.time_limit("train(X, y)", 0.01):
        while not said:
            time.sleep(0.01)
    assert said == ["stopped: train(X, y) ran longer than 0.01 s"]
    before = threading.active_count()
    with checking.time_limit("train(X, y)", 60):
        assert threading.active_count() == before + 1
    assert len(said) == 1


# Each has two faults; the check that fails first shows the first alone.
TWO_FAULTS = {
    "11": (
        ("np.exp(shifted).sum(axis=1, keepdims=True)", "np.exp(shifted).sum(axis=1)"),
        ("(1 - A * A)", "(1 - A) * A"),
    ),
    "03": (
        ("self.b2 = np.zeros(1)", "self.b2 = np.array(0.0)"),
        ("(1 - self.A**2)", "self.A * (1 - self.A)"),
    ),
}
KEEPDIMS = "keepdims=True is missing: a row's largest logit and its sum must stay columns, (n, 1)"
EXPLAINED = {"11": [KEEPDIMS], "03": []}


@pytest.mark.parametrize("number", TWO_FAULTS)
def test_a_cause_of_another_fault_is_not_named(number, tmp_path):
    exercise = find_exercise(number)
    text = exercise.solution("numpy").read_text(encoding="utf-8")
    for right, wrong in TWO_FAULTS[number]:
        assert right in text
        text = text.replace(right, wrong)
    path = tmp_path / "answer.py"
    path.write_text(text, encoding="utf-8")
    verdict = check_answer(Answer.read(exercise, path))
    assert not verdict.passed
    assert verdict.causes == EXPLAINED[number]


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("03", "from mlp_numpy import MLP"),
        ("11", "import layers_numpy"),
        ("11", "from importlib import import_module"),
        ("11", "layers = __import__('layers_numpy')"),
    ],
)
def test_an_answer_may_not_wrap_what_is_there(number, text, tmp_path):
    exercise = find_exercise(number)
    path = tmp_path / "answer.py"
    solution = exercise.solution("numpy").read_text(encoding="utf-8")
    path.write_text(f"{text}\n{solution}", encoding="utf-8")
    verdict, _ = verdict_of(Answer.read(exercise, path), 0)
    assert (verdict.passed, verdict.check) == (False, "refused")
    assert verdict.lines[0].startswith("line 1: ")
