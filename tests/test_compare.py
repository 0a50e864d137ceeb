"""compare.py: runs side by side, what is kept of them, and how they are read and compared."""

import errno
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import nullcontext
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from train_scripts import read_csv

import compare
import compared_runs
import train_numpy
from common.cli.command_line import parse
from common.runs import environment, files, run_folder
from common.runs.options import REPOSITORY, RunOptions, TorchRunOptions
from compared_figures import DRIFT, LEARNING_CURVES
from data.errors import UserError
from tiers import TIERS
from tools.chaos import contents

MAINS = {name: tier.module("train").main for name, tier in TIERS.items()}


@pytest.fixture(scope="module")
def runs(tmp_path_factory) -> dict[str, Path]:
    """One finished run of each tier, in float64, on digits."""
    folder = tmp_path_factory.mktemp("runs")
    for tier, main in MAINS.items():
        options = "--dataset digits --epochs 2 --hidden 12 8 --dtype float64 --run-dir"
        main([*options.split(), str(folder / tier)])
    return {tier: folder / tier for tier in MAINS}


def test_finished_runs_are_compared(runs, tmp_path, capsys):
    compare.main([*map(str, runs.values()), "--run-dir", str(tmp_path)])
    output = capsys.readouterr().out
    rows = [line.split() for line in output.splitlines() if line.startswith(tuple(MAINS))]
    assert [row[0] for row in rows] == ["numpy", "lowlevel", "paper"]
    assert all(row[1:3] == ["float64", "2"] for row in rows)
    # All but the seconds and the differences are the same number in every tier.
    assert rows[0][3:6] == rows[1][3:6] == rows[2][3:6]
    assert rows[0][7:] == ["-", "-"]
    assert all(float(row[7]) < 1e-12 and row[8] == "0" for row in rows[1:])
    for figure in (LEARNING_CURVES, DRIFT):
        assert (tmp_path / figure).read_bytes().startswith(b"\x89PNG")


def test_differences_are_seen(runs):
    reference = compared_runs.read_run(runs["numpy"])
    other = compared_runs.read_run(runs["paper"])
    name = "layers.2.bias"
    weights = other.files.weights
    weights[name] = weights[name] + np.eye(1, 8)[0] * 0.25
    largest, labels = compared_runs.differences(other, reference)
    assert largest == pytest.approx(0.25, abs=1e-9)
    assert labels > 0


def test_runs_of_other_options_are_curves_side_by_side(runs, tmp_path, capsys):
    """No difference of weights or losses is shown of networks that were trained otherwise."""
    options = "--dataset digits --epochs 2 --hidden 5 --dtype float64 --momentum 0.5 --nesterov"
    train_numpy.main([*options.split(), "--run-dir", str(tmp_path / "other")])
    (tmp_path / DRIFT).write_text("of an earlier comparison")
    capsys.readouterr()
    compare.main([str(runs["paper"]), str(tmp_path / "other"), "--run-dir", str(tmp_path)])
    output = capsys.readouterr().out
    assert "Runs on digits" in output and "differ" not in output
    assert (tmp_path / LEARNING_CURVES).exists() and not (tmp_path / DRIFT).exists()
    paths = [runs["numpy"], tmp_path / "other", runs["paper"]]
    compared = [compared_runs.read_run(path) for path in paths]
    groups = compared_runs.grouped(compared)
    assert [group.name for group in groups] == [
        "numpy: hidden 12 8, momentum 0.9, no nesterov",
        "numpy: hidden 5, momentum 0.5, nesterov",
        "paper: hidden 12 8, momentum 0.9, no nesterov",
    ]
    # Those of one training among them are compared in the table, and no others.
    assert [compared_runs.reference(run, compared) for run in compared] == [
        compared[0],
        compared[1],
        compared[0],
    ]


@pytest.mark.parametrize("obstacle", ["directory", "link", "full disk"])
def test_a_figure_that_cannot_be_written_costs_no_table(
    obstacle, runs, tmp_path, capsys, monkeypatch
):
    folder, outside = tmp_path / "compared", tmp_path / "outside"
    folder.mkdir()
    outside.write_text("precious")
    match obstacle:
        case "directory":
            (folder / LEARNING_CURVES).mkdir()
        case "link":
            (folder / LEARNING_CURVES).symlink_to(outside)
        case "full disk":
            full = OSError(errno.ENOSPC, "No space left on device")
            monkeypatch.setattr(files.os, "fsync", mock.Mock(side_effect=full))
    expected = nullcontext()
    if obstacle != "link":
        expected = pytest.raises(UserError, match=rf"cannot write .*{LEARNING_CURVES}: .*; make")
    with expected:
        compare.main([*map(str, runs.values()), "--run-dir", str(folder)])
    assert "weights" in capsys.readouterr().out
    assert outside.read_text() == "precious"


@settings(deadline=None)
@given(data=st.data())
def test_every_option_reaches_the_train_script(data):
    given = TorchRunOptions(
        hidden=data.draw(st.sampled_from([(), (3,), (7, 5)])),
        batch_size=data.draw(st.integers(1, 1000)),
        learning_rate=data.draw(st.floats(1e-9, 1000)),
        clip_norm=data.draw(st.none() | st.floats(1e-3, 1e3)),
        nesterov=data.draw(st.booleans()),
        activation=data.draw(st.sampled_from(["tanh", "relu"])),
        device=data.draw(st.sampled_from(["cpu", "auto"])),
        run_dir="somewhere",
        overwrite=data.draw(st.booleans()),
    )
    arguments = compare.command_line(given, "paper")
    assert parse(TorchRunOptions, "paper", "", arguments) == given
    arguments = compare.command_line(given, "numpy")
    expected = RunOptions(**{name: getattr(given, name) for name in RunOptions.option_fields()})
    assert parse(RunOptions, "numpy", "", arguments) == expected


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["{runs}/nothing"], "nothing/config.json does not exist"),
        (["--resume"], "--resume"),
        (["--seeds", "3", "4", "3"], "--seeds 3 4 3: must differ"),
        (["--seeds", "-1"], "--seeds -1: must be at least 0"),
        (["--threads", "0"], "--threads 0: must be at least 1"),
        (["--hidden", "0"], "--hidden 0"),
    ],
)
def test_bad_input_is_refused_in_one_line(arguments, message, runs):
    folder = str(runs["numpy"].parent)
    with pytest.raises(UserError) as error:
        compare.main([argument.format(runs=folder) for argument in arguments])
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_a_second_comparison_is_refused_before_it_touches_a_run(runs, tmp_path):
    with (
        run_folder.lock(tmp_path),
        pytest.raises(UserError, match=r"--run-dir .*: process \d+ is using it; wait until it has"),
    ):
        compare.main(["--dataset", "digits", "--epochs", "1", "--run-dir", str(tmp_path)])
    assert not list(tmp_path.glob("numpy*"))


def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").write_text("precious")
    with pytest.raises(UserError, match=r"--run-dir .*/file: cannot be written \(File exists\)"):
        compare.main(["--dataset", "digits", "--run-dir", str(tmp_path / "file")])


def test_an_unfinished_run_is_refused(runs, tmp_path):
    unfinished = tmp_path / "unfinished"
    unfinished.mkdir()
    for name in ("config.json", "history.csv"):
        (unfinished / name).write_bytes((runs["numpy"] / name).read_bytes())
    with pytest.raises(UserError, match=r"test\.json does not exist"):
        compare.main([str(unfinished)])


def test_without_mnist_and_network_digits_are_compared(tmp_path):
    """The whole command, as a reader without network types it."""
    nowhere = "http://127.0.0.1:9"  # the discard port: refuses at once
    environment = os.environ | {f"{scheme}_proxy": nowhere for scheme in ("http", "https")}
    script = [sys.executable, REPOSITORY / "compare.py", "--epochs", "1", "--hidden", "8"]
    folders = ["--data-root", tmp_path / "data", "--run-dir", tmp_path / "runs"]
    finished = subprocess.run(
        [*script, *folders], env=environment, capture_output=True, text=True, timeout=300
    )
    assert finished.returncode == 0, finished.stderr
    fallback = [line for line in finished.stderr.splitlines() if "digits instead" in line]
    assert len(fallback) == 1
    assert "The tiers on digits" in finished.stdout
    rows = [line.split() for line in finished.stdout.splitlines() if line.startswith(tuple(MAINS))]
    assert [row[0] for row in rows if row[1][:5] == "float"] == [*MAINS, *MAINS]
    assert (tmp_path / "runs" / LEARNING_CURVES).exists()
    assert (tmp_path / "runs" / DRIFT).exists()


# --- side by side ---------------------------------------------------------------------------------

SMALL = {"dataset": "digits", "hidden": (12, 8), "epochs": 40}
LINE = ["--dataset", "digits", "--hidden", "12", "8", "--epochs", "40"]
# Processes of the others take several times as long to start.
TIER_1 = {"numpy": compare.TIERS["numpy"]}
SCRIPT = """
import compare
from common.cli.command_line import run_script
del compare.TIERS["lowlevel"], compare.TIERS["paper"]
run_script(compare.main)
"""


@pytest.fixture
def tier_1_alone(monkeypatch):
    monkeypatch.setattr(compare, "TIERS", TIER_1)


def compare_in(folder, *options):
    compare.main([*LINE, *options, "--run-dir", str(folder)])


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    """The folder of a comparison of two seeds."""
    folder = tmp_path_factory.mktemp("compared")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compare, "TIERS", TIER_1)
        compare_in(folder, "--seeds", "3", "4")
    return folder


def results(folder):
    """The bytes that each run has left, times apart."""
    return {path.name: contents(path) for path in folder.iterdir() if path.is_dir()}


def test_several_seeds_become_a_mean_and_are_not_trained_again(tier_1_alone, compared, capsys):
    before = {path: path.stat().st_mtime_ns for path in compared.rglob("*.safetensors")}
    assert len(before) == 2 * 2 * 2
    compare_in(compared, "--seeds", "4", "3")
    assert {path: path.stat().st_mtime_ns for path in compared.rglob("*.safetensors")} == before
    output = capsys.readouterr().out
    assert output.count("finished before, and kept") == 4
    rows = [line.split() for line in output.splitlines() if line.startswith("numpy")]
    rows = [row for row in rows if "float32" in row or "float64" in row]
    assert [row[:3] for row in rows] == [["numpy", dtype, "40"] for dtype in ("float32", "float64")]
    runs = [compared_runs.read_run(compared / f"numpy-float32-seed{seed}") for seed in (3, 4)]
    accuracies = np.array([run.files.test.test_accuracy for run in runs])
    text = f"{accuracies.mean():.2%} ± {accuracies.std(ddof=1):.2%}"
    assert any(text in line for line in output.splitlines() if " float32 " in line)
    assert accuracies[0] != accuracies[1]


@pytest.mark.parametrize("change", ["options", "code", "overwrite"])
def test_what_would_be_another_run_is_trained_or_refused(change, compared, monkeypatch):
    options = compare.Comparison(**SMALL, seed=4, run_dir=compared / "numpy-float32-seed4")
    assert compare.plan(options, "numpy", own=True) is None
    copy = compared.parent / change
    shutil.copytree(options.run_dir, copy)
    options = options.replace(run_dir=copy)
    match change:
        case "options":
            options = options.replace(momentum=0.8)
        case "code":
            monkeypatch.setattr(environment, "code_checksum", lambda: "other")
        case "overwrite":
            options = options.replace(overwrite=True)
    if change != "overwrite":
        with pytest.raises(UserError, match="holds a run already"):
            compare.plan(options, "numpy", own=False)
    job = compare.plan(options, "numpy", own=True)
    assert "--resume" not in job.command
    assert {path.name for path in copy.iterdir()} <= {run_folder.LOCK}


def test_a_run_that_was_killed_before_its_first_checkpoint_begins_anew(compared, tmp_path):
    shutil.copy(compared / "numpy-float32-seed4" / run_folder.CONFIG, tmp_path)
    options = compare.Comparison(**SMALL, seed=4, run_dir=tmp_path)
    other = options.replace(momentum=0.8)
    with pytest.raises(UserError, match="holds a run already"):
        compare.plan(other, "numpy", own=False)
    assert "--resume" not in compare.plan(options, "numpy", own=False).command


def test_ctrl_c_stops_all_and_a_repetition_ends_in_the_same_bytes(tier_1_alone, compared, tmp_path):
    command = [sys.executable, "-c", SCRIPT, *LINE, "--seed", "4"]
    with subprocess.Popen(
        [*command, "--run-dir", tmp_path],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as process:
        while not list(tmp_path.glob("*/checkpoint.safetensors")):
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal sends Ctrl-C
        _, output = process.communicate(timeout=60)
    assert process.returncode == 130
    assert output == "stopped; the same command continues\n"
    for folder in tmp_path.iterdir():
        if folder.is_dir():
            with run_folder.lock(folder):  # nobody is left who writes there
                pass
    assert len(list(tmp_path.glob("*/test.json"))) < 2
    # What was trained before the signal is not trained again: the seconds stay, too.
    histories = list(tmp_path.glob("*/history.csv"))
    seconds = {path: read_csv(path)[0]["seconds"] for path in histories}
    assert seconds
    compare_in(tmp_path, "--seed", "4")
    assert {path: read_csv(path)[0]["seconds"] for path in seconds} == seconds
    expected = results(compared)
    assert results(tmp_path) == {name: expected[name] for name in expected if name[-1] == "4"}


def test_a_run_that_fails_is_named_and_stops_the_others(tier_1_alone, tmp_path):
    options = "--dataset digits --epochs 100 --learning-rate 1000 --momentum 0.99 --hidden 9 9"
    with pytest.raises(
        UserError, match=r"^\w+-float(32|64)-seed0: the loss is .* at epoch \d+, step"
    ):
        compare.main([*options.split(), "--initializer=standard-uniform", f"--run-dir={tmp_path}"])
    for folder in tmp_path.iterdir():
        if folder.is_dir():
            with run_folder.lock(folder):
                pass
