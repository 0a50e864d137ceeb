"""Command lines: what they mean, and that no words end in anything but one line."""

import contextlib
import io
import re
from pathlib import Path
from unittest import mock

import pytest
import tyro
from hypothesis import given, settings
from hypothesis import strategies as st
from train_scripts import TRAIN_SCRIPTS

from common.cli.command_line import parse, run_script
from common.options import option_name, option_value
from common.runs.options import REPOSITORY, RunOptions, TorchRunOptions
from compare import Comparison
from data.errors import UserError
from tiers import TIERS

# --- what a command line means --------------------------------------------------------------------


def test_a_command_line_is_read():
    line = "--hidden 8 4 --batch_size 16 --nesterov --learning-rate 1e-3 --clip-norm None"
    options = parse(TorchRunOptions, "paper", "", [*line.split(), "--run-dir=a b"])
    expected = {"hidden": (8, 4), "batch_size": 16, "nesterov": True, "learning_rate": 1e-3}
    assert options == TorchRunOptions(**expected, run_dir=Path("a b"))
    assert parse(RunOptions, "numpy", "", []).run_dir == REPOSITORY / "runs" / "numpy"


def test_help_says_what_each_option_means(tier, capsys):
    with pytest.raises(SystemExit) as exit_info:
        TRAIN_SCRIPTS[tier].main(["--help"])
    assert exit_info.value.code == 0
    said = capsys.readouterr().out
    assert all(option_name(name) in said for name in TIERS[tier].options.option_fields())
    assert not re.search(r"│ +\(default", said)  # an option without a meaning
    assert "widths of the hidden layers (default: 256 128)" in said


@pytest.mark.parametrize(
    "line, named",
    [
        ("--dataset cifar", ["'cifar'", "--dataset", "fashion-mnist"]),
        ("--epochs 2.5", ["'2.5'", "--epochs"]),
        ("--hidden 8 x", ["'x'", "--hidden"]),
        ("--learning-rate", ["--learning-rate"]),
        ("--batch-norm yes", ["yes"]),
        ("--epoch 3", ["--epoch,", "--epochs INT"]),
        ("--device tpu", ["--device"]),
    ],
)
def test_words_that_mean_nothing_are_named(line, named, script, tmp_path):
    code, error = script("numpy", ["--run-dir", str(tmp_path / "run"), *line.split()])
    assert code == 2
    assert all(word in error for word in named), error
    assert not list(tmp_path.iterdir())


def test_resume_sees_a_change_that_is_not_shown(tmp_path):
    """The widths are compared, not their spelling, which is cut short."""
    hidden = 60 * ["2"]
    line = ["--run-dir", str(tmp_path), "--hidden", *hidden]
    TRAIN_SCRIPTS["numpy"].main([*line, "--dataset", "xor", "--epochs", "1"])
    assert parse(RunOptions, "numpy", "", [*line, "--resume"]).hidden == (2,) * 60
    with pytest.raises(
        UserError, match=r"--hidden 2 2 .*\.\.\.: the run in .* has 2 2 .*\.\.\., a"
    ):
        parse(RunOptions, "numpy", "", [*line[:-1], "3", "--resume"])


# --- whatever the words ---------------------------------------------------------------------------

ANY_TEXT = st.text(st.characters(), max_size=20)  # lone surrogates, too: bytes that are no UTF-8
ANY_WORD = (
    ANY_TEXT
    | st.sampled_from(["", "None", "nan", "-inf", "1e308", "1e-400", "0x10", "1_000", "9" * 5000])
    | st.sampled_from(
        ["x" * 5000, "--", "-", "=", "--=", "true", "he-normal", "cuda", "\n", "--no-"]
    )
    | st.integers().map(str)
    | st.floats().map(str)
)


@settings(deadline=None, max_examples=100)
@given(data=st.data())
def test_any_words_are_a_configuration_or_exit_code_2(data):
    options_class = data.draw(st.sampled_from([RunOptions, Comparison]))
    names = [option_name(name) for name in options_class.option_fields()]
    option = st.sampled_from([*names, *(name.replace("--", "--no-") for name in names)])
    groups = st.tuples(option) | st.tuples(option, ANY_WORD) | st.tuples(option, ANY_WORD, ANY_WORD)
    joined = st.builds("{}={}".format, option, ANY_WORD).map(lambda word: (word,))
    line = [word for group in data.draw(st.lists(groups | joined, max_size=4)) for word in group]
    line.insert(data.draw(st.integers(0, len(line))), data.draw(ANY_WORD))
    line = [word for word in line if word not in ("-h", "--help")]

    errors, results = io.StringIO(), []
    with mock.patch("sys.argv", ["train.py", *line]), contextlib.redirect_stderr(errors):
        try:
            run_script(lambda words: results.append(tyro.cli(options_class, args=words)))
        except SystemExit as exit_:
            assert exit_.code == 2
    assert bool(results) != bool(errors.getvalue())


@settings(deadline=None)
@given(data=st.data())
def test_any_value_is_accepted_or_reported_in_one_line(data):
    """What a notebook or a config.json may hold."""
    single = ANY_TEXT | st.none() | st.integers() | st.floats() | st.booleans() | st.binary()
    single |= st.sampled_from([10**30, "x" * 5000, object()])
    nested = st.recursive(single, lambda inner: st.lists(inner) | st.dictionaries(ANY_TEXT, inner))
    field = data.draw(st.sampled_from(list(TorchRunOptions.option_fields())) | ANY_TEXT)
    value = data.draw(single if field == "optimizer" else nested)
    try:
        TorchRunOptions.from_values({field: value})
    except UserError as error:
        assert str(error).isprintable() and len(str(error)) < 300


def test_values_are_spelled_in_one_line():
    lists: list = []
    for _ in range(10_000):
        lists = [lists]
    assert option_value((256, 128)) == "256 128" and option_value(()) == "''"
    assert option_value(10**30) == "1" + 30 * "0"
    assert option_value(10**5000) == "<int>"
    with pytest.raises(UserError, match=r"--epochs <int>: must be at most .*; the default is 10$"):
        RunOptions(epochs=10**5000)
    assert option_value(lists) == "<list>"
    assert option_value("") == "''" and option_value(" \n") == r"' \n'"
    assert option_value("a b\té\u2028") == r"a b\té\u2028"
    assert option_value(80 * "x") == 80 * "x"
    assert option_value(81 * "x") == 77 * "x" + "..."
