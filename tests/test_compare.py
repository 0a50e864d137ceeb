"""compare.py: the options reach the train scripts, runs are read, and digits stand in for MNIST."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import compare
import train_numpy
from common.keeping import run_folder
from common.keeping.command_line import parse
from common.keeping.options import REPOSITORY, PaperRunOptions, RunOptions
from data.errors import UserError
from tiers import TIERS

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
    for figure in (compare.LEARNING_CURVES, compare.DRIFT):
        assert (tmp_path / figure).read_bytes().startswith(b"\x89PNG")


def test_differences_are_seen(runs):
    reference = compare.read_run(runs["numpy"])
    other = compare.read_run(runs["paper"])
    name = "layers.2.bias"
    weights = other.files.weights
    weights[name] = weights[name] + np.eye(1, 8)[0] * 0.25
    largest, labels = compare.differences(other, reference)
    assert float(largest) == pytest.approx(0.25, abs=1e-9)
    assert int(labels) > 0


def test_networks_of_other_sizes_have_no_difference_of_weights(runs, tmp_path):
    train_numpy.main(
        [
            *["--dataset", "digits", "--epochs", "1", "--hidden", "5", "--run-dir"],
            str(tmp_path / "other"),
        ]
    )
    others = [compare.read_run(tmp_path / "other"), compare.read_run(runs["numpy"])]
    assert compare.differences(*others) == ("-", "-")


@settings(deadline=None)
@given(data=st.data())
def test_every_option_reaches_the_train_script(data):
    given = PaperRunOptions(
        hidden=data.draw(st.sampled_from([(), (3,), (7, 5)])),
        batch_size=data.draw(st.integers(1, 1000)),
        learning_rate=data.draw(st.floats(1e-9, 1000)),
        clip_norm=data.draw(st.none() | st.floats(1e-3, 1e3)),
        nesterov=data.draw(st.booleans()),
        activation=data.draw(st.sampled_from(["tanh", "relu"])),
        device=data.draw(st.sampled_from(["cpu", "auto"])),
        run_dir="somewhere",
        overwrite=data.draw(st.booleans()),
        compile=data.draw(st.booleans()),
    )
    arguments = compare.command_line(given, "paper")
    assert parse(PaperRunOptions, "paper", "", arguments) == given
    arguments = compare.command_line(given, "numpy")
    expected = RunOptions.model_validate(given.model_dump(exclude={"device", "compile"}))
    assert parse(RunOptions, "numpy", "", arguments) == expected


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["{runs}/nothing"], "nothing/config.json does not exist"),
        (["--resume"], "--resume"),
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
    assert (tmp_path / "runs" / compare.LEARNING_CURVES).exists()
    assert (tmp_path / "runs" / compare.DRIFT).exists()
