"""What each kind of bad input gets: one line, exit code 2, no traceback, and nothing done."""

from pathlib import Path

import filelock
import pytest
import torch
from train_scripts import assert_one_line, no_data, train_watched

import train_numpy
from common.cli import command_line
from common.configuration import Configuration
from common.runs import run_folder
from data.errors import UserError

DIGITS = "--dataset digits --hidden 12 7 --epochs 3 --optimizer sgd"


# --- options --------------------------------------------------------------------------------------

TABLE = """
--hidden 0                         | --hidden 0: must be at least 1; the default
--hidden -5                        | --hidden -5: must be at least 1
--hidden 8 0 8                     | --hidden 0: must be at least 1
--hidden 1000001                   | --hidden 1000001: must be at most 1000000
--hidden 999999 999999             | --hidden 999999 999999 --batch-size 128 --epochs 10: .* GB
--dropout 1                        | --dropout 1.0: must be less than 1; the default is 0.0
--dropout -0.1                     | --dropout -0.1: must be at least 0
--dropout nan                      | --dropout nan: must be
--dropout inf                      | --dropout inf: must be less than 1
--dropout 1e308                    | --dropout 1e\\+308: must be less than 1
--epochs 0                         | --epochs 0: must be at least 1; the default is
--epochs -1                        | --epochs -1: must be at least 1
--epochs 100001                    | --epochs 100001: must be at most 100000
--batch-size 0                     | --batch-size 0: must be at least 1
--batch-size -1                    | --batch-size -1: must be at least 1
--batch-size 55001                 | --batch-size 55001: mnist has 55,000 .* from 1 to 55000
--batch-size 1298 --dataset digits | --batch-size 1298: digits has 1,297 .* from 1 to 1297
--learning-rate 0                  | --learning-rate 0.0: must be greater than 0; leave it out
--learning-rate -1                 | --learning-rate -1.0: must be greater than 0
--learning-rate nan                | --learning-rate nan: must be
--learning-rate inf                | --learning-rate inf: must be
--learning-rate 1e308              | --learning-rate 1e\\+308: must be at most 1000
--momentum 1                       | --momentum 1.0: must be less than 1; the default is 0.9
--momentum -0.1                    | --momentum -0.1: must be at least 0
--momentum nan                     | --momentum nan: must be
--weight-decay -1                  | --weight-decay -1.0: must be at least 0
--weight-decay nan                 | --weight-decay nan: must be
--weight-decay inf                 | --weight-decay inf: must be
--weight-decay 1e308               | --weight-decay 1e\\+308: must be at most 1000
--clip-norm 0                      | --clip-norm 0.0: must be greater than 0; leave it out
--clip-norm -1                     | --clip-norm -1.0: must be greater than 0
--clip-norm nan                    | --clip-norm nan: must be
--clip-norm inf                    | --clip-norm inf: must be
--warmup 1                         | --warmup 1.0: must be less than 1; the default is 0.3
--warmup -0.1                      | --warmup -0.1: must be at least 0
--warmup nan                       | --warmup nan: must be
--decay-factor 0                   | --decay-factor 0.0: must be greater than 0
--decay-factor 1.1                 | --decay-factor 1.1: must be at most 1
--decay-factor nan                 | --decay-factor nan: must be
--decay-epochs 0                   | --decay-epochs 0: must be at least 1
--decay-epochs 100001              | --decay-epochs 100001: must be at most 100000
--seed -1                          | --seed -1: must be at least 0
--seed 4294967296                  | --seed 4294967296: must be less than 4294967296
--nesterov --optimizer adam        | --nesterov with --optimizer adam --momentum 0.9: it is a form
--nesterov --momentum 0            | --nesterov with --optimizer sgd --momentum 0.0: it is a form
--batch-norm --batch-size 1        | --batch-norm with --batch-size 1: mnist's 55,000 examples leave
--batch-norm --batch-size 54999    | --batch-norm with --batch-size 54999: .* a minibatch of one
--batch-norm --hidden              | --batch-norm without a hidden layer: give --hidden at least one
--dropout 0.5 --hidden             | --dropout 0.5 without a hidden layer: give --hidden at least
--loss sigmoid-cross-entropy       | --loss sigmoid-cross-entropy: .* 2 classes .* mnist has 10
--resume --overwrite               | --resume and --overwrite: .* give one of them
--resume                           | .*/run/config.json does not exist: .*/run holds no such run
--schedule one-cycle --dataset digits --batch-size 1297 --warmup 0.1  | --schedule one-cycle --warm
--schedule one-cycle --dataset xor --batch-size 125 --epochs 1 --warmup 0.125 | .* 1 of 8 steps
--learning-rate 1e-400             | --learning-rate 0.0: must be greater than 0; leave it out
--run-dir .                        | --run-dir .: must be a path, and not the working folder itself
"""
ROWS = [[cell.strip() for cell in row.split("|", 1)] for row in TABLE.strip().splitlines()]


@pytest.mark.parametrize("options, message", ROWS)
def test_bad_option_gets_one_line(options, message, script, tmp_path, monkeypatch):
    monkeypatch.setattr(command_line, "load_dataset", no_data)
    code, error = script("numpy", ["--run-dir", str(tmp_path / "run"), *options.split()])
    assert code == 2
    assert_one_line(error, message)
    assert not list(tmp_path.iterdir())


def test_strange_path_is_shown_on_one_line(script):
    code, error = script("numpy", ["--run-dir", "/proc/a\nb"])
    assert code == 2
    assert_one_line(error, r"--run-dir /proc/a\\nb: cannot be written \(.*\); choose")


@pytest.mark.parametrize("other", ["lowlevel", "paper"])
def test_device_that_is_not_there(other, script, tmp_path, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    code, error = script(other, ["--run-dir", str(tmp_path / "run"), "--device", "cuda"])
    assert code == 2
    assert_one_line(error, "--device cuda: torch finds no CUDA device here; use --device cpu")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "given, message",
    [
        ({"optimizer": ["a"]}, "--optimizer ['a']: must be sgd, adam or adamw; the default is sgd"),
        ({"optimizer": None}, "--optimizer None: must be sgd, adam or adamw; the default is sgd"),
        ({"dtype": "float16\n"}, r"--dtype float16\n: must be float32 or float64; the default is"),
        (
            {"batch_size": 10**4990},
            "--batch-size <int>: must be at most 1000000; the default",
        ),
        ({"seed": 5000 * "9"}, f"--seed {77 * '9'}...: must be a whole number; the default is 0"),
        ({"epochs": 2.5}, "--epochs 2.5: must be a whole number; the default is 10"),
        ({"epochs": True}, "--epochs True: must be a whole number; the default is 10"),
        ({"epochs": 80 * "x"}, f"--epochs {80 * 'x'}: must be a whole number; the default is 10"),
        ({"learning_rate": "fast"}, "--learning-rate fast: must be a number; leave it out for the"),
        ({"learning_rate": 10**400}, "--learning-rate 1000"),
        ({"batch_norm": 1}, "--batch-norm 1: must be True or False; the default is False"),
        ({"hidden": 3}, "--hidden 3: must be a tuple; the default is 256 128"),
        ({"hidden": [8, "x"]}, "--hidden x: must be a whole number; the default is 256 128"),
    ],
)
def test_python_values_of_a_wrong_type_get_one_line(given, message):
    with pytest.raises(UserError) as error:
        Configuration(**given)
    assert str(error.value).startswith(message)


# --- paths ----------------------------------------------------------------------------------------


def test_run_dir_that_cannot_be_written(script, tmp_path, monkeypatch):
    monkeypatch.setattr(command_line, "load_dataset", no_data)
    (tmp_path / "file").touch()
    for folder, reason in [
        (tmp_path / "file", "File exists"),
        (tmp_path / "file" / "run", "Not a directory"),
        (tmp_path / ("x" * 300), "File name too long"),
        (Path("/proc/run"), "No such file or directory"),
    ]:
        code, error = script("numpy", ["--run-dir", str(folder)])
        assert code == 2
        assert_one_line(
            error, f"--run-dir {folder}: cannot be written \\({reason}\\); choose a fol"
        )

    def denied(path, *_, **__):
        raise PermissionError(13, "Permission denied")

    # Root, who may run this, is never denied anything.
    for owner, method in ((Path, "stat"), (Path, "mkdir"), (filelock.FileLock, "acquire")):
        with monkeypatch.context() as patch:
            patch.setattr(owner, method, denied)
            code, error = script("numpy", ["--run-dir", str(tmp_path)])
        assert code == 2
        assert_one_line(error, f"--run-dir {tmp_path}: cannot be written \\(Permission denied\\)")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("file", run_folder.FILES)
def test_run_dir_that_holds_a_run(file, script, tmp_path, monkeypatch):
    monkeypatch.setattr(command_line, "load_dataset", no_data)
    (tmp_path / file).write_text("precious")
    code, error = script("numpy", ["--run-dir", str(tmp_path)])
    assert code == 2
    assert_one_line(error, rf"--run-dir {tmp_path}: holds a run already \({file}\); --overwrite re")
    assert (tmp_path / file).read_text() == "precious"


def test_overwrite_leaves_nothing_of_the_run_before(tmp_path):
    arguments = [*DIGITS.split(), "--run-dir", str(tmp_path)]
    train_numpy.main(arguments)

    def fail(training):
        raise RuntimeError("stop here")

    with pytest.raises(RuntimeError, match="stop here"):
        train_watched("numpy", [*arguments, "--overwrite"], after_step=fail)
    # A checkpoint of the old run must not be there for --resume to continue as the new one.
    assert {path.name for path in tmp_path.iterdir()} == {"config.json", ".lock"}


@pytest.mark.parametrize("file", run_folder.FILES)
def test_directory_where_a_file_belongs(file, script, tmp_path):
    (tmp_path / file / "precious").mkdir(parents=True)
    arguments = ["--run-dir", str(tmp_path), *DIGITS.split(), "--overwrite"]
    code, error = script("numpy", arguments)
    assert code == 2
    assert_one_line(error, f"cannot replace {tmp_path / file}: .*; remove it, or choose another")
    assert (tmp_path / file / "precious").exists()


def test_data_root_that_cannot_be_written(script, tmp_path):
    (tmp_path / "file").touch()
    arguments = ["--run-dir", str(tmp_path / "run"), "--data-root", str(tmp_path / "file")]
    code, error = script("numpy", arguments)
    assert code == 2
    assert_one_line(error, f"{tmp_path}/file/MNIST/raw cannot be .* or name another data folder")
    code, error = script("numpy", [*arguments[:3], str(tmp_path / ("x" * 10_000))])
    assert code == 2
    assert_one_line(error, f"{tmp_path}/xx.* ... x.* cannot be .* or name another data folder")
    assert len(error) < 1020
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
