"""Checkpoints and options of a run that are damaged, or of another: one line, exit code 2."""

import pytest
from train_scripts import TRAIN_SCRIPTS, assert_one_line, no_data

from common.cli import command_line
from common.runs import files, run_folder

DIGITS = "--dataset digits --hidden 12 7 --epochs 3 --optimizer sgd"


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory):
    """The contents of the checkpoints of a tier's runs, by the options they were trained with."""
    contents = {}

    def checkpoint_of(tier, options):
        if (tier, options) not in contents:
            folder = tmp_path_factory.mktemp("other")
            TRAIN_SCRIPTS[tier].main([*options.split(), "--run-dir", str(folder)])
            contents[tier, options] = (folder / run_folder.CHECKPOINT).read_bytes()
        return contents[tier, options]

    return checkpoint_of


@pytest.mark.parametrize(
    "damage, message",
    [
        (lambda good: good[:-1], r"is damaged \("),
        (lambda good: good[: len(good) // 2], r"is damaged \("),
        (lambda good: good[:100], r"is damaged \("),
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
def test_damaged_checkpoint(damage, message, tier, script, tmp_path, checkpoints):
    TRAIN_SCRIPTS[tier].main([*DIGITS.split(), "--run-dir", str(tmp_path)])
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
        path.write_bytes(checkpoints(tier, f"{DIGITS} {damage}"))
    else:
        path.write_bytes(damage(good))
    code, error = script(tier, ["--resume", "--run-dir", str(tmp_path)])
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
