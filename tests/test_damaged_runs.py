"""Checkpoints and options of a run that are damaged, or of another: one line, exit code 2."""

import pytest
from train_scripts import assert_one_line, no_data

import train_numpy
from common.cli import command_line
from common.runs import files, run_folder

DIGITS = "--dataset digits --hidden 12 7 --epochs 3 --optimizer sgd"


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory):
    """The contents of a run's checkpoint, by the options it was trained with."""

    def checkpoint_of(options):
        folder = tmp_path_factory.mktemp("other")
        train_numpy.main([*options.split(), "--run-dir", str(folder)])
        return (folder / run_folder.CHECKPOINT).read_bytes()

    return checkpoint_of


@pytest.mark.parametrize(
    "damage, message",
    [
        (lambda good: good[:-1], r"is damaged \("),
        (lambda good: b"", r"is damaged \("),
        (lambda good: b"not a checkpoint, but text", r"is damaged \("),
        (lambda good: b"\x80\x04pickle" * 100, r"is damaged \("),
        (None, "a directory"),
        (run_folder.MODEL, r"is damaged \(it has no 'config'"),
        *(
            (options, r"is damaged \(it does not belong to this config\.json\)")
            for options in ("--hidden 12 8", "--batch-norm", "--optimizer adam", "--dtype float64")
        ),
    ],
)
def test_damaged_checkpoint(damage, message, script, tmp_path, checkpoints):
    train_numpy.main([*DIGITS.split(), "--run-dir", str(tmp_path)])
    (tmp_path / run_folder.TEST).unlink()
    path = tmp_path / run_folder.CHECKPOINT
    good = path.read_bytes()
    if damage is None:
        path.unlink()
        path.mkdir()
        message = f"cannot read {path}: .*; check the path"
    elif damage == run_folder.MODEL:
        path.write_bytes((tmp_path / damage).read_bytes())
    elif isinstance(damage, str):
        path.write_bytes(checkpoints(f"{DIGITS} {damage}"))
    else:
        path.write_bytes(damage(good))
    code, error = script("numpy", ["--resume", "--run-dir", str(tmp_path)])
    assert code == 2
    assert_one_line(error, message if damage is None else f"{path} {message}")


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"tier": "numpy"}', "\0"])
def test_damaged_configuration(text, script, tmp_path, monkeypatch):
    path = tmp_path / run_folder.CONFIG
    path.write_text(text)
    assert_refused(path, "", script, monkeypatch)


@pytest.mark.parametrize(
    "options, reason",
    [
        (3, ""),
        ({"hidden": [0]}, "--hidden 0: must be"),
        ({"learning_rate": float("nan")}, "--learning-rate nan: must be"),
        ({"depth": 3}, "--depth: no such option"),
        ({"optimizer": "adam", "nesterov": True}, "--nesterov with --optimizer adam"),
    ],
)
def test_configuration_with_a_right_checksum(options, reason, script, tmp_path, monkeypatch):
    path = tmp_path / run_folder.CONFIG
    content = {"tier": "numpy", "options": options, "environment": {}}
    files.write_checked_json(path, content)
    assert_refused(path, reason, script, monkeypatch)


def assert_refused(path, reason, script, monkeypatch):
    """On --resume the configuration is named as damaged, and nothing is done."""
    monkeypatch.setattr(command_line, "load_dataset", no_data)
    content = path.read_bytes()
    code, error = script("numpy", ["--resume", "--run-dir", str(path.parent)])
    assert code == 2
    message = rf"{path} is damaged \({reason}.*\); delete {path.parent} and train again"
    assert_one_line(error, message)
    assert path.read_bytes() == content
