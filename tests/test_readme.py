"""What the README and the docs show is in the code, and what they print is printed."""

import ast
import contextlib
import io
import re
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
from torch.distributed import run as torchrun
from train_scripts import read_tensors

import train_numpy
from benchmarks.speed import SpeedOptions
from common.cli.snippets import Snippet, find_snippet
from common.options import option_name
from common.runs.options import REPOSITORY
from compare import Comparison
from data.errors import UserError
from docs import update_snippets
from exercises.checker.commands import COMMANDS
from mlp_paper import MLP
from tiers import TIERS

README = REPOSITORY / "README.md"
DOCUMENTS = [
    *sorted(REPOSITORY.glob("*.md")),
    *sorted((REPOSITORY / "docs").glob("*.md")),
    *sorted(REPOSITORY.glob("*/README.md")),
    *sorted((REPOSITORY / "exercises").glob("[0-9]*.md")),
]
GALLERY = REPOSITORY / "experiments" / "README.md"
PAPERS = REPOSITORY / "docs" / "papers.md"
# Those that are scripts: the other files of the folder are what they share.
EXPERIMENTS = {
    path.stem: path
    for path in sorted((REPOSITORY / "experiments").glob("*.py"))
    if "main(Options, run" in path.read_text()
}


def squeezed(text: str) -> str:
    """Without the white space, of which a shown line has less than the line of the code."""
    return re.sub(r"\s", "", text)


def python_blocks(text: str) -> list[str]:
    return re.findall(r"```python\n(.*?)```", text, re.DOTALL)


def test_the_readme_is_for_newcomers():
    assert len(README.read_text().splitlines()) <= 200


def test_every_line_of_the_lesson_is_in_the_tiers():
    code = squeezed("\n".join(source.read_text() for source in REPOSITORY.glob("*/*.py")))
    blocks = python_blocks(README.read_text().partition("## The lesson")[2])
    assert len(blocks) >= 2
    for block in blocks:
        assert squeezed(block) in code, block


@pytest.mark.parametrize(
    ("document", "count"),
    [("README.md", 2), ("docs/derivations.md", 2), ("docs/it_does_not_learn.md", 20)],
)
def test_the_snippets_print_what_is_shown(document, count):
    """A block of Python with a plain block right below it, which is what it prints.

    A block may use what those above it have defined.
    """
    text = (REPOSITORY / document).read_text()
    snippets = re.findall(r"```python\n([^`]*)```\n```\n([^`]*)```", text)
    assert len(snippets) == count
    names = {}
    for code, shown in snippets:
        # README's training gives the same digits in each tier.
        everywhere = document == "README.md" and "train_numpy" in code
        for tier in TIERS if everywhere else ["numpy"]:
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                exec(code.replace("train_numpy", f"train_{tier}"), names)
            assert printed.getvalue() == shown, tier


def test_the_steps_shown_side_by_side_are_those_of_the_scripts():
    text = (REPOSITORY / "docs" / "side_by_side.md").read_text()
    rows = re.findall(r"^\| (?:`.*|\| .*)\|$", text, re.MULTILINE)
    assert len(rows) >= 7
    columns = zip(*(row.strip("|").split("|") for row in rows), strict=True)
    for tier, column in zip(TIERS.values(), columns, strict=True):
        code = squeezed(tier.script.read_text())
        position = 0
        for cell in column:
            line = squeezed(cell).strip("`")
            position = code.find(line, position)
            assert position >= 0, f"{line} is not in {tier.script.name}, or not in this place"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_the_code_shown_and_the_lines_linked_are_todays(document):
    assert update_snippets.updated(document) == document.read_text(), (
        "run python docs/update_snippets.py"
    )


def test_a_snippet_is_the_code_without_its_docstring(tmp_path):
    (tmp_path / "a.py").write_text(
        'x = 1\n\n\nclass A:\n    """No."""\n\n    @b\n    def f(self):\n'
        '        """N\n        o."""\n'
        "        return 2  # yes\n\n\nasync def f(): ...\n"
    )
    method = find_snippet(tmp_path / "a.py", "A.f")
    assert (method.first, method.last) == (7, 11)
    assert method.text == "@b\ndef f(self):\n    return 2  # yes"
    assert find_snippet(tmp_path / "a.py", "x") == Snippet(1, 1, {1: "x = 1"})
    document = tmp_path / "a.md"
    document.write_text('[f](a.py#L1-L2 "f")\nand [x](a.py#L9-L9 "x"):\n```python\nold\n```\nend')
    assert update_snippets.updated(document) == (
        '[f](a.py#L14-L14 "f")\nand [x](a.py#L1-L1 "x"):\n```python\nx = 1\n```\nend'
    )
    with pytest.raises(KeyError):
        find_snippet(tmp_path / "a.py", "A.g")


def test_a_model_of_tier_1_loads_into_tier_3_as_shown(tmp_path, monkeypatch):
    options = ["--dataset", "xor", "--epochs", "1", "--hidden", "3", "--run-dir"]
    train_numpy.main([*options, str(tmp_path / "runs" / "numpy")])
    monkeypatch.chdir(tmp_path)
    model = MLP((2, 3, 2))
    blocks = python_blocks((REPOSITORY / "docs" / "side_by_side.md").read_text())
    (shown,) = (block for block in blocks if block.startswith("model.load_state_dict"))
    exec(shown, {"model": model, "safetensors": safetensors})
    saved, _ = read_tensors(Path("runs/numpy/model.safetensors"))
    np.testing.assert_array_equal(model.layers[0].weight.detach(), saved["layers.0.weight"])


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_formula_stands_apart_from_the_words_around_it(document):
    text = re.sub(r"```.*?```", "", document.read_text(), flags=re.DOTALL)
    for line in text.splitlines():
        words = re.sub(r"(?<![^\s(|])\$`[^`]+`\$(?![^\s),.:;|])", "", line)
        assert "$" not in re.sub(r"`[^`]*`", "", words), f"no formula to a browser: {line}"


def test_every_option_named_is_one():
    experiments = (import_module(f"experiments.{name}").Options for name in EXPERIMENTS)
    commands = (model for model, _ in COMMANDS.values())  # of the exercises
    options = (Comparison, SpeedOptions, *experiments, *commands)
    known = {option_name(field) for model in options for field in model.option_fields()}
    known |= {"--rm", "--network", "--memory", "--pids-limit", "--volume", "--tag"}  # docker's
    known |= {"--no-momentum", "--help", "--editable", "--torch-backend", "--constraint"}
    known |= set(re.findall(r"--[a-z][a-z-]+", torchrun.get_args_parser().format_help()))
    for document in (README, *(REPOSITORY / "docs").glob("*.md"), GALLERY):
        named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", document.read_text()))
        assert named <= known, document


def test_every_experiment_is_in_the_gallery_and_asks_first():
    gallery = GALLERY.read_text()
    shown = re.findall(r"^\[`(\w+)\.py`\]\(\1\.py\)", gallery, re.MULTILINE)
    assert sorted(shown) == sorted(EXPERIMENTS)
    for name, path in EXPERIMENTS.items():
        assert f"](../docs/figures/{name}.png)" in gallery
        if re.search(r"_\d{4}_", name):  # of a paper, by author and year
            assert f"](../experiments/{name}.py)" in PAPERS.read_text()
        else:
            assert f"](docs/figures/{name}.png)" in README.read_text()
        docstring = ast.get_docstring(ast.parse(path.read_text()))
        parts = ("Claim: ", "Predict first: ", "What to change: ", "Exercise: ")
        places = [docstring.find(part) for part in parts]
        assert min(places) > -1 and places == sorted(places), f"{name}: {parts}"


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_bad_options_of_an_experiment_are_named(name, capsys):
    options = import_module(f"experiments.{name}").Options
    with pytest.raises(SystemExit) as end:
        options.parse(["--nonsense", "3"], None)
    assert end.value.code == 2
    assert "--nonsense" in capsys.readouterr().err
    with pytest.raises(UserError, match=r"^--folder \.: must "):
        options.parse(["--folder="], None)
