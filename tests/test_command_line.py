"""Command lines: what they mean, that no words end in anything but one line, and early Ctrl-C."""

import contextlib
import io
from pathlib import Path
from typing import Annotated
from unittest import mock

import pytest
import tyro
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field, model_validator
from train_scripts import TRAIN_SCRIPTS

from common.cli.arguments import parse_options
from common.cli.command_line import parse, run_script
from common.configuration import option_name, option_value
from common.runs.options import RunOptions, TorchRunOptions
from compare import Comparison
from data.errors import UserError
from tiers import TIERS

MODELS = {tier.title: tier.options for tier in TIERS.values()} | {"compare.py": Comparison}


@pytest.fixture(params=MODELS)
def model(request) -> type[RunOptions]:
    """Has the test run once for the options of each script."""
    return MODELS[request.param]


# --- what a command line means --------------------------------------------------------------------

COUNTS = st.integers(1, 9).map(str)
SHARES = st.floats(0.01, 0.99).map(str)
WORDS = {
    "--hidden": st.lists(COUNTS, max_size=3),
    "--activation": st.sampled_from(["tanh", "relu"]).map(lambda word: [word]),
    "--epochs": COUNTS.map(lambda word: [word]),
    "--batch_size": COUNTS.map(lambda word: [word]),
    "--learning-rate": (SHARES | st.sampled_from(["1e-3", ".5", "None"])).map(lambda word: [word]),
    "--weight-decay": (SHARES | st.just("-0.0")).map(lambda word: [word]),
    "--clip-norm": (SHARES | st.just("None")).map(lambda word: [word]),
    "--run-dir": st.sampled_from(["a", "a b", "None", "-1", ".", "-"]).map(lambda word: [word]),
    "--nesterov": st.just([]),
    "--no-nesterov": st.just([]),
    "--resume": st.just([]),
    "--no_resume": st.just([]),
}


@st.composite
def command_lines(draw) -> list[str]:
    line = []
    for option in draw(st.lists(st.sampled_from(sorted(WORDS)), max_size=6)):
        words = draw(WORDS[option])
        if words and draw(st.booleans()):
            line += [f"{option}={words[0]}", *words[1:]]
        else:
            line += [option, *words]
    return line


@settings(deadline=None)
@given(line=command_lines(), default=st.none() | st.just({"hidden": (5,), "nesterov": True}))
def test_a_command_line_means_what_it_means_to_tyro(line, default):
    default = default and TorchRunOptions(**default)
    defaults = {} if default is None else {"default": default}
    expected = tyro.cli(TorchRunOptions, args=line, console_outputs=False, **defaults)
    assert parse_options(TorchRunOptions, line, default=default) == expected


@pytest.mark.parametrize("line", [[], ["a"], ["a", "b"], ["--epochs", "3", "a"], ["a", "--resume"]])
def test_words_without_an_option_are_run_folders_to_compare(line):
    expected = tyro.cli(Comparison, args=line, console_outputs=False)
    assert parse_options(Comparison, line) == expected
    assert parse_options(Comparison, ["a", "--epochs=3", "b"]).runs == (Path("a"), Path("b"))


@pytest.mark.parametrize(
    "line", [["--help"], ["-h"], ["--epochs", "nan", "-h"], ["--help", "yes"], ["--run-dir", "-h"]]
)
def test_help_is_that_of_tyro(line, model, capsys):
    with pytest.raises(SystemExit) as exit_info:
        tyro.cli(model, args=["--help"], description="What it does.")
    expected = capsys.readouterr().out
    assert exit_info.value.code == 0 and "What it does." in expected
    assert all(option_name(name) in expected for name in model.model_fields if name != "runs")
    with pytest.raises(SystemExit) as exit_info:
        parse_options(model, line, "What it does.")
    assert exit_info.value.code == 0
    assert capsys.readouterr() == (expected, "")


class Plain(BaseModel):
    """A model of nobody's household: its errors are pydantic's own."""

    count: int
    sizes: list[Annotated[int, Field(ge=1)]] = [3]
    name: str = Field("x", min_length=2)

    @model_validator(mode="after")
    def _check(self) -> "Plain":
        if self.count in self.sizes:
            raise ValueError("a size is\nthe count")
        return self


@pytest.mark.parametrize(
    "line, message",
    [
        ("", "--count: must be given; see --help"),
        ("--count x", "--count x: must be a valid integer; see --help"),
        ("--count", "--count: needs a value; see --help"),
        ("--count 1 --sizes 4 0", "--sizes 0: must be greater than or equal to 1; the default is "),
        ("--count 3", r"the options: a size is\nthe count; see --help"),
        ("--count 1 --name a", "--name a: must have at least 2 characters; the default is x"),
    ],
)
def test_any_model_is_explained_in_one_line(line, message):
    with pytest.raises(UserError) as error:
        parse_options(Plain, line.split())
    assert str(error.value).startswith(message)
    line = ["--sizes", "4", "--count=-2", "--name", "None"]
    assert parse_options(Plain, line) == Plain(count=-2, sizes=[4], name="None")


def test_empty_name_of_a_folder_is_not_the_working_folder():
    for field in ("run_dir", "data_root"):
        for name in ("", " "):
            with pytest.raises(UserError, match=f"{option_name(field)} '{name}': must name a fold"):
                RunOptions(**{field: name})
        assert getattr(RunOptions(**{field: "."}), field) == Path(".")


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


@settings(deadline=None, max_examples=300)
@given(data=st.data())
def test_any_words_are_a_configuration_or_one_line(data):
    model = data.draw(st.sampled_from(list(MODELS.values())))
    names = [option_name(name) for name in model.model_fields]
    option = st.sampled_from([*names, *(name.replace("--", "--no-") for name in names)])
    groups = st.tuples(option) | st.tuples(option, ANY_WORD) | st.tuples(option, ANY_WORD, ANY_WORD)
    joined = st.builds("{}={}".format, option, ANY_WORD).map(lambda word: (word,))
    line = [word for group in data.draw(st.lists(groups | joined, max_size=4)) for word in group]
    line.insert(data.draw(st.integers(0, len(line))), data.draw(ANY_WORD))
    line = [word for word in line if word not in ("-h", "--help")]

    errors = io.StringIO()
    results = []
    with mock.patch("sys.argv", ["train.py", *line]), contextlib.redirect_stderr(errors):
        try:
            run_script(lambda words: results.append(parse_options(model, words)))
        except SystemExit as exit_:
            assert exit_.code == 2
    if results:
        assert isinstance(results[0], model) and not errors.getvalue()
    else:
        error = errors.getvalue()
        assert error.startswith("error: ") and len(error) < 400
        assert error.removesuffix("\n").isprintable(), error


@settings(deadline=None)
@given(data=st.data())
def test_any_value_is_accepted_or_reported_in_one_line(data):
    """What a notebook or a config.json may hold."""
    single = ANY_TEXT | st.none() | st.integers() | st.floats() | st.booleans() | st.binary()
    single |= st.sampled_from([10**30, "x" * 5000, object()])
    nested = st.recursive(single, lambda inner: st.lists(inner) | st.dictionaries(ANY_TEXT, inner))
    field = data.draw(st.sampled_from(list(TorchRunOptions.model_fields)) | ANY_TEXT)
    value = data.draw(single if field == "optimizer" else nested)
    try:
        TorchRunOptions.model_validate({field: value})
    except UserError as error:
        assert str(error).isprintable() and len(str(error)) < 300


def test_values_are_spelled_in_one_line():
    lists: list = []
    for _ in range(10_000):
        lists = [lists]
    assert option_value((256, 128)) == "256 128" and option_value(()) == "''"
    assert option_value(10**30) == "1" + 30 * "0"
    assert option_value(10**5000) == "<int>"
    with pytest.raises(
        UserError, match=r"--epochs <int>: must be less than .*; the default is 10$"
    ):
        RunOptions(epochs=10**5000)
    assert option_value(lists) == "<list>"
    assert option_value("") == "''" and option_value(" \n") == r"' \n'"
    assert option_value("a b\té\u2028") == r"a b\té\u2028"
    assert option_value(80 * "x") == 80 * "x"
    assert option_value(81 * "x") == 77 * "x" + "..."
