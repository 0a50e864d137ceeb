"""What each kind of bad input gets: one line, exit code 2, no traceback, and nothing done."""

from pathlib import Path

import filelock
import pytest
import torch
from train_scripts import TRAIN_SCRIPTS, assert_one_line, no_data, train_watched

from common.cli import command_line
from common.configuration import Configuration
from common.runs import run_folder
from data.errors import UserError

DIGITS = "--dataset digits --hidden 12 7 --epochs 3 --optimizer sgd"


# --- options --------------------------------------------------------------------------------------

TABLE = """
--hidden 0                         | --hidden 0: must be greater than or equal to 1; the default
--hidden -5                        | --hidden -5: must be greater than or equal to 1
--hidden 8 0 8                     | --hidden 0: must be greater than or equal to 1
--hidden 1000001                   | --hidden 1000001: must be less than or equal to 1000000
--hidden 999999 999999             | --hidden 999999 999999: training needs about [\\d,.]+ GB and t
--dropout 1                        | --dropout 1: must be less than 1; the default is 0.0
--dropout -0.1                     | --dropout -0.1: must be greater than or equal to 0
--dropout nan                      | --dropout nan: must be
--dropout inf                      | --dropout inf: must be less than 1
--dropout 1e308                    | --dropout 1e308: must be less than 1
--epochs 0                         | --epochs 0: must be greater than or equal to 1; the default is
--epochs -1                        | --epochs -1: must be greater than or equal to 1
--epochs 100001                    | --epochs 100001: must be less than or equal to 100000
--batch-size 0                     | --batch-size 0: must be greater than or equal to 1
--batch-size -1                    | --batch-size -1: must be greater than or equal to 1
--batch-size 55001                 | --batch-size 55001: mnist has 55,000 .* from 1 to 55000
--batch-size 1298 --dataset digits | --batch-size 1298: digits has 1,297 .* from 1 to 1297
--learning-rate 0                  | --learning-rate 0: must be greater than 0; leave it out
--learning-rate -1                 | --learning-rate -1: must be greater than 0
--learning-rate nan                | --learning-rate nan: must be a finite number
--learning-rate inf                | --learning-rate inf: must be a finite number
--learning-rate 1e308              | --learning-rate 1e308: must be less than or equal to 1000
--momentum 1                       | --momentum 1: must be less than 1; the default is 0.9
--momentum -0.1                    | --momentum -0.1: must be greater than or equal to 0
--momentum nan                     | --momentum nan: must be
--weight-decay -1                  | --weight-decay -1: must be greater than or equal to 0
--weight-decay nan                 | --weight-decay nan: must be a finite number
--weight-decay inf                 | --weight-decay inf: must be a finite number
--weight-decay 1e308               | --weight-decay 1e308: must be less than or equal to 1000
--clip-norm 0                      | --clip-norm 0: must be greater than 0; leave it out
--clip-norm -1                     | --clip-norm -1: must be greater than 0
--clip-norm nan                    | --clip-norm nan: must be a finite number
--clip-norm inf                    | --clip-norm inf: must be a finite number
--warmup 1                         | --warmup 1: must be less than 1; the default is 0.3
--warmup -0.1                      | --warmup -0.1: must be greater than or equal to 0
--warmup nan                       | --warmup nan: must be
--decay-factor 0                   | --decay-factor 0: must be greater than 0
--decay-factor 1.1                 | --decay-factor 1.1: must be less than or equal to 1
--decay-factor nan                 | --decay-factor nan: must be
--decay-epochs 0                   | --decay-epochs 0: must be greater than or equal to 1
--decay-epochs 100001              | --decay-epochs 100001: must be less than or equal to 100000
--seed -1                          | --seed -1: must be greater than or equal to 0
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
--dataset cifar                    | --dataset cifar: must be 'mnist', .* or 'spiral'; the default 
--activation gelu                  | --activation gelu: must be 'identity', 'relu', .*; the default
--initializer magic                | --initializer magic: must be 'lecun-normal', .* or 'zeros'; the
--loss hinge                       | --loss hinge: must be 'softmax-cross-entropy', .*; the default
--optimizer lion                   | --optimizer lion: must be 'sgd', 'adam' or 'adamw'; the default
--schedule poly                    | --schedule poly: must be 'constant', .* or 'one-cycle'; the def
--dtype float16                    | --dtype float16: must be 'float32' or 'float64'; the default is
--epochs nan                       | --epochs nan: must be a valid integer; the default is 10
--epochs many                      | --epochs many: must be a valid integer; the default is 10
--epochs 2.5                       | --epochs 2.5: must be a valid integer; the default is 10
--epochs None                      | --epochs None: must be a valid integer; the default is 10
--epochs=                          | --epochs '': must be a valid integer; the default is 10
--epochs 3 --epochs x              | --epochs x: must be a valid integer; the default is 10
--seed 0x10                        | --seed 0x10: must be a valid integer; the default is 0
--hidden 1.5                       | --hidden 1.5: must be a valid integer; the default is 256 128
--hidden 8 x                       | --hidden x: must be a valid integer; the default is 256 128
--hidden 1e308                     | --hidden 1e308: must be a valid integer; the default is 256 128
--learning-rate fast               | --learning-rate fast: must be a valid number; leave it out
--learning-rate 1e-400             | --learning-rate 1e-400: must be greater than 0; leave it out
--clip-norm x                      | --clip-norm x: must be a valid number; leave it out for the def
--momentum -inf                    | --momentum -inf: must be greater than or equal to 0; the def
--momentum -INF                    | --momentum -INF: must be greater than or equal to 0; the def
--learning-rate                    | --learning-rate: needs a value; leave it out for the default
--epochs --seed 3                  | --epochs: needs a value; the default is 10
--batch-norm yes                   | yes: belongs to no option \\(--batch-norm takes no value\\)
--batch-norm=yes                   | --batch-norm=yes: takes no value; give --batch-norm alone
--no-resume=                       | --no-resume=: takes no value; give --no-resume alone
--epochs 3 4                       | 4: belongs to no option \\(--epochs takes one value\\); see
--epoch 3                          | --epoch: no such option; did you mean --epochs\\? see --help
--learn_rate 3                     | --learn-rate: no such option; did you mean --learning-rate\\?
--no-batchnorm                     | --no-batchnorm: no such option; did you mean --no-batch-norm\\?
--depth 3                          | --depth: no such option; see --help
-e 3                               | -e: no such option; see --help
--run-dir=                         | --run-dir '': must name a folder; leave it out for the default
--data-root=                       | --data-root '': must name a folder; the default is .*/data
"""
ROWS = [[cell.strip() for cell in row.split("|", 1)] for row in TABLE.strip().splitlines()]


@pytest.mark.parametrize("options, message", ROWS)
def test_bad_option_gets_one_line(options, message, script, tmp_path, monkeypatch):
    monkeypatch.setattr(command_line, "load_dataset", no_data)
    code, error = script("numpy", ["--run-dir", str(tmp_path / "run"), *options.split()])
    assert code == 2
    assert_one_line(error, message)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("words", [["yes", "--epochs", "3"], ["yes"]])
def test_word_before_all_options_gets_one_line(words, tier, script):
    code, error = script(tier, words)
    assert code == 2
    assert_one_line(error, "yes: belongs to no option; see --help\n$")


def test_option_of_another_tier_gets_one_line(tier, script):
    messages = {
        "numpy": "--device: no such option; see --help",
        "lowlevel": "--device tpu: must be 'auto', .*; the",
        "paper": "--device tpu: must be 'auto', .*; the",
    }
    code, error = script(tier, ["--device=tpu"])
    assert code == 2
    assert_one_line(error, messages[tier])


LONG = "--batch-size" + 5000 * "x"


@pytest.mark.parametrize(
    "arguments, message",
    [
        (
            ["--epochs", "a\nb\x1b[31m\r"],
            r"--epochs a\\nb\\x1b\[31m\\r: must be a valid integer; the",
        ),
        (["--epochs", "\udcff"], r"--epochs \\udcff: must be a valid string; the default is 10"),
        (
            ["--epochs", " \u2028"],
            r"--epochs ' \\u2028': must be a valid integer; the default is 10",
        ),
        (["--epochs", "é"], "--epochs é: must be a valid integer; the default is 10"),
        (["--epochs", 5000 * "x"], r"--epochs x{77}\.\.\.: must be a valid integer; the default"),
        (["--epochs", 80 * "x"], "--epochs x{80}: must be a valid integer; the default is 10"),
        (["--seed", 5000 * "9"], r"--seed 9{77}\.\.\.: must have fewer digits; the default is 0"),
        (
            ["--dtype", "float16\n"],
            r"--dtype float16\\n: must be 'float32' or 'float64'; the defau",
        ),
        (["5000\n" * 5000], r"(5000\\n){12}5000\\\.\.\.: belongs to no option; see --help"),
        ([LONG], r"--batch-sizex{65}\.\.\.: no such option; see --help"),
        ([f"--resume={LONG}"], r"--resume=--batch-sizex{56}\.\.\.: takes no value; give --resume"),
        (["--a\nb"], r"--a\\nb: no such option; see --help"),
        (
            ["--run-dir", " \t"],
            r"--run-dir ' \\t': must name a folder; leave it out for the default",
        ),
        (["--run-dir", "/proc/a\nb"], r"--run-dir /proc/a\\nb: cannot be written \(.*\); choose"),
    ],
)
def test_strange_words_are_shown_short_and_on_one_line(arguments, message, script):
    code, error = script("numpy", arguments)
    assert code == 2
    assert_one_line(error, message)
    assert len(error) < 200


@pytest.mark.parametrize("other", ["lowlevel", "paper"])
def test_device_that_is_not_there(other, script, tmp_path, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    code, error = script(other, ["--run-dir", str(tmp_path / "run"), "--device", "cuda"])
    assert code == 2
    assert_one_line(error, "--device cuda: torch finds no CUDA device here; use --device cpu")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "batch_size, refused, accepted",
    [(125, "0.125", ["0", "0.12", "0.13", "0.25", "0.99"]), (500, "0.5", ["0.49", "0.51"])],
)
def test_one_cycle_may_rise_in_less_or_more_than_a_step(
    batch_size, refused, accepted, tier, script, tmp_path
):
    options = f"--dataset xor --hidden --batch-size {batch_size} --epochs 1 --schedule one-cycle"
    code, error = script(tier, [*options.split(), "--warmup", refused])
    assert code == 2
    assert_one_line(error, ".* choose a --warmup a little larger or smaller\n$")
    for warmup in accepted:
        TRAIN_SCRIPTS[tier].main(
            [*options.split(), "--warmup", warmup, f"--run-dir={tmp_path / warmup}"]
        )


@pytest.mark.parametrize(
    "given, message",
    [
        ({"optimizer": ["a"]}, "--optimizer ['a']: must be 'sgd', 'adam' or 'adamw'; the default"),
        ({"optimizer": None}, "--optimizer None: must be 'sgd', 'adam' or 'adamw'; the default"),
        (
            {"batch_size": 10**4990},
            "--batch-size <int>: must be less than or equal to 1000000; the",
        ),
        ({"hidden": 3}, "--hidden 3: must be a valid tuple; the default is 256 128"),
    ],
)
def test_python_values_of_a_wrong_type_get_one_line(given, message):
    with pytest.raises(UserError) as error:
        Configuration(**given)
    assert str(error.value).startswith(message)


# --- paths ----------------------------------------------------------------------------------------


def test_run_dir_that_cannot_be_written(tier, script, tmp_path, monkeypatch):
    monkeypatch.setattr(command_line, "load_dataset", no_data)
    (tmp_path / "file").touch()
    for folder, reason in [
        (tmp_path / "file", "File exists"),
        (tmp_path / "file" / "run", "Not a directory"),
        (tmp_path / ("x" * 300), "File name too long"),
        (Path("/proc/run"), "No such file or directory"),
    ]:
        code, error = script(tier, ["--run-dir", str(folder)])
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
            code, error = script(tier, ["--run-dir", str(tmp_path)])
        assert code == 2
        assert_one_line(error, f"--run-dir {tmp_path}: cannot be written \\(Permission denied\\)")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("file", run_folder.FILES)
def test_run_dir_that_holds_a_run(file, tier, script, tmp_path, monkeypatch):
    monkeypatch.setattr(command_line, "load_dataset", no_data)
    (tmp_path / file).write_text("precious")
    code, error = script(tier, ["--run-dir", str(tmp_path)])
    assert code == 2
    assert_one_line(error, rf"--run-dir {tmp_path}: holds a run already \({file}\); --overwrite re")
    assert (tmp_path / file).read_text() == "precious"


def test_overwrite_leaves_nothing_of_the_run_before(tier, tmp_path):
    arguments = [*DIGITS.split(), "--run-dir", str(tmp_path)]
    TRAIN_SCRIPTS[tier].main(arguments)

    def fail(training):
        raise RuntimeError("stop here")

    with pytest.raises(RuntimeError, match="stop here"):
        train_watched(tier, [*arguments, "--overwrite"], after_step=fail)
    # A checkpoint of the old run must not be there for --resume to continue as the new one.
    assert {path.name for path in tmp_path.iterdir()} == {"config.json", ".lock"}


@pytest.mark.parametrize("file", run_folder.FILES)
def test_directory_where_a_file_belongs(file, tier, script, tmp_path):
    (tmp_path / file / "precious").mkdir(parents=True)
    arguments = ["--run-dir", str(tmp_path), *DIGITS.split(), "--overwrite"]
    code, error = script(tier, arguments)
    assert code == 2
    assert_one_line(error, f"cannot replace {tmp_path / file}: .*; remove it, or choose another")
    assert (tmp_path / file / "precious").exists()


def test_data_root_that_cannot_be_written(tier, script, tmp_path):
    (tmp_path / "file").touch()
    arguments = ["--run-dir", str(tmp_path / "run"), "--data-root", str(tmp_path / "file")]
    code, error = script(tier, arguments)
    assert code == 2
    assert_one_line(error, f"{tmp_path}/file/MNIST/raw cannot be .* or name another data folder")
    code, error = script(tier, [*arguments[:3], str(tmp_path / ("x" * 10_000))])
    assert code == 2
    assert_one_line(error, f"{tmp_path}/xx.* ... x.* cannot be .* or name another data folder")
    assert len(error) < 1020
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
